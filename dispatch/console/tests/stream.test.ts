// The client's rule over one stream: what is applied, what is ignored, what ends the connection.
import { describe, expect, it } from "vitest";
import type { Ev, Row, Snap, StreamFrame, Sub } from "../src/feed/frames";
import { after, bodies, EMPTY, Gap, withAnswer, type Stream } from "../src/feed/stream";

const S = "area/1";

function row(id: string, v: number, k = "incident"): Row {
  return { k, id, v, b: { id, version: v } };
}

function ev(q: number, thing: Row): Ev {
  return { t: "ev", s: S, q, at: 0, ...thing };
}

function sub(mode: Sub["mode"], head = 0, e = "A"): Sub {
  return { t: "sub", s: S, e, head, mode };
}

function snap(q: number, rows: Row[], last = true, part = 0, e = "A"): Snap {
  return { t: "snap", s: S, e, q, part, last, rows };
}

function run(frames: readonly StreamFrame[], from: Stream = EMPTY): Stream {
  return frames.reduce(after, from);
}

function versions(stream: Stream): Record<string, number> {
  return Object.fromEntries([...(stream.things.get("incident") ?? [])].map(([id, { v }]) => [id, v]));
}

/** Of a thing that leaves the stream. */
function gone(q: number, id: string, v: number, k = "incident"): Ev {
  return { t: "ev", s: S, q, at: 0, k, id, v, b: null };
}

function present(stream: Stream): string[] {
  return [...bodies(stream.things.get("incident")).keys()];
}

describe("a stream", () => {
  it("is replaced by a snapshot, and only once its last part is there", () => {
    const old = run([sub("snapshot"), snap(3, [row("a", 1), row("b", 1)])]);
    const half = run([sub("snapshot", 9, "B"), snap(9, [row("c", 1)], false, 0, "B")], old);
    expect(versions(half)).toEqual({ a: 1, b: 1 });
    expect(half.cursor).toEqual({ e: "A", q: 3 });
    const whole = run([snap(9, [row("d", 2)], true, 1, "B")], half);
    expect(versions(whole)).toEqual({ c: 1, d: 2 });
    expect(whole.cursor).toEqual({ e: "B", q: 9 });
  });

  it("applies the next number and ignores what it has", () => {
    const held = run([sub("snapshot"), snap(3, [row("a", 1)])]);
    const next = after(held, ev(4, row("a", 2)));
    expect(versions(next)).toEqual({ a: 2 });
    expect(next.cursor.q).toBe(4);
    expect(after(next, ev(4, row("a", 2)))).toBe(next);
    expect(after(next, ev(2, row("a", 9)))).toBe(next);
  });

  it("refuses a gap and keeps what it held", () => {
    const held = run([sub("snapshot"), snap(3, [row("a", 1)])]);
    expect(() => after(held, ev(5, row("a", 2)))).toThrow(Gap);
    expect(versions(held)).toEqual({ a: 1 });
  });

  it("refuses to resume in another epoch, and events in the middle of a snapshot", () => {
    const held = run([sub("snapshot"), snap(3, [row("a", 1)])]);
    expect(() => after(held, sub("resume", 3, "B"))).toThrow(Gap);
    expect(() => run([sub("snapshot"), snap(4, [], false), ev(5, row("a", 2))], held)).toThrow(Gap);
  });

  it("shows an answer at once and is not set back by the older push that follows", () => {
    const held = run([sub("snapshot"), snap(3, [row("a", 1)])]);
    const answered = withAnswer(held, row("a", 3));
    const pushed = run([ev(4, row("a", 2)), ev(5, row("a", 3))], answered);
    expect(versions(pushed)).toEqual({ a: 3 });
    expect(pushed.cursor.q).toBe(5);
    expect(pushed.things.get("incident")?.get("a")).toBe(answered.things.get("incident")?.get("a"));
  });

  it("changes nothing when the push came before the answer", () => {
    const pushed = run([sub("snapshot"), snap(3, []), ev(4, row("a", 1))]);
    expect(withAnswer(pushed, row("a", 1)).things).toBe(pushed.things);
  });

  it("keeps an answer over an older snapshot of its epoch, and drops it when the epoch is another", () => {
    const answered = withAnswer(run([sub("snapshot"), snap(3, [row("a", 1)])]), row("a", 7));
    expect(versions(run([sub("snapshot"), snap(3, [row("a", 6)])], answered))).toEqual({ a: 7 });
    expect(versions(run([sub("snapshot", 1, "B"), snap(1, [row("a", 1)], true, 0, "B")], answered))).toEqual({ a: 1 });
  });

  it("ends the same whatever is sent twice, cut or begun again", () => {
    const random = numbers(20261123);
    for (let round = 0; round < 300; round += 1) {
      const events = Array.from({ length: 30 }, (_, n) => ev(n + 1, row("abcd"[Math.floor(random() * 4)]!, n + 1)));
      const truth = run([sub("snapshot"), snap(0, []), ...events]);
      let stream = EMPTY;
      while (stream.cursor.q < events.length) stream = disturbed(stream, events, random);
      expect(versions(stream)).toEqual(versions(truth));
    }
  });
});

/** One connection that ends somewhere: resumed or by snapshot, with repetitions and sometimes a hole. */
function disturbed(stream: Stream, events: readonly Ev[], random: () => number): Stream {
  const from = stream.cursor.e === "" || random() < 0.3 ? null : stream.cursor.q;
  const upTo = Math.floor(random() * (events.length + 1));
  let now = from === null ? run([sub("snapshot"), snapshotAt(events, Math.max(upTo, stream.cursor.q))], stream) : after(stream, sub("resume"));
  for (const event of events.slice(Math.max(0, now.cursor.q - 2))) {
    if (random() < 0.05) return now;
    try {
      if (random() > 0.05) now = after(now, event);
      if (random() < 0.2) now = after(now, event);
    } catch (gap) {
      expect(gap).toBeInstanceOf(Gap);
      return now;
    }
  }
  return now;
}

function snapshotAt(events: readonly Ev[], q: number): Snap {
  const rows = new Map(events.slice(0, q).map((event) => [event.id, row(event.id, event.v)]));
  return snap(q, [...rows.values()]);
}

/** The same numbers every run. */
function numbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

describe("a thing that leaves its stream", () => {
  const held = run([sub("snapshot"), snap(3, [row("a", 2), row("b", 1)])]);

  it("is there no longer, whether or not it was", () => {
    const after_ = run([gone(4, "a", 2), gone(5, "c", 7)], held);
    expect(present(after_)).toEqual(["b"]);
    expect(after_.cursor.q).toBe(5);
  });

  it("comes back at the version it left with, or a later one", () => {
    expect(present(run([gone(4, "a", 2), ev(5, row("a", 2))], held)).sort()).toEqual(["a", "b"]);
    expect(versions(run([gone(4, "a", 2), ev(5, row("a", 3))], held))).toEqual({ a: 3, b: 1 });
    const again = run([sub("snapshot"), snap(9, [row("a", 2)])], run([gone(4, "a", 2)], held));
    expect(present(again)).toEqual(["a"]);
  });

  it("is not brought back by an answer that is late, not even after a snapshot", () => {
    const left = run([gone(4, "a", 3)], held);
    expect(present(withAnswer(left, row("a", 3)))).toEqual(["b"]);
    const read = run([sub("snapshot"), snap(9, [row("b", 1)])], left);
    expect(present(withAnswer(read, row("a", 2)))).toEqual(["b"]);
    expect(present(withAnswer(read, row("a", 4))).sort()).toEqual(["a", "b"]);
  });

  it("stays where an answer has brought a version after the leaving", () => {
    const back = withAnswer(held, row("a", 4));
    expect(present(run([gone(4, "a", 3)], back)).sort()).toEqual(["a", "b"]);
  });
});
