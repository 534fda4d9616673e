// The live connection over a scripted socket and clock: hello, acknowledgement, silence, gaps, closes, and coming back.
import { beforeEach, describe, expect, it } from "vitest";
import { Refusal } from "../src/api/client";
import { Feed, type FeedOptions, type FeedState, type Keeper, type Socket, type World } from "../src/feed/feed";
import type { Cursor, Profile, StreamFrame } from "../src/feed/frames";

class Line implements Socket {
  readonly sent: Record<string, unknown>[] = [];
  closedWith: number | undefined;
  onopen: (() => void) | null = null;
  onmessage: ((message: { data: unknown }) => void) | null = null;
  onclose: ((end: { code: number }) => void) | null = null;

  send(text: string): void {
    this.sent.push(JSON.parse(text) as Record<string, unknown>);
  }

  close(code?: number): void {
    this.closedWith = code;
  }

  say(frame: object): void {
    this.onmessage?.({ data: JSON.stringify(frame) });
  }

  kinds(): unknown[] {
    return this.sent.map(({ t }) => t);
  }
}

class Script implements World {
  readonly lines: Line[] = [];
  readonly waits: number[] = [];
  at = 1_000_000;
  refuseTicket: Error | null = null;
  #timers: { at: number; act: () => void }[] = [];

  socket(): Socket {
    const line = new Line();
    this.lines.push(line);
    return line;
  }

  ticket(): Promise<string> {
    return this.refuseTicket === null ? Promise.resolve("a ticket") : Promise.reject(this.refuseTicket);
  }

  now(): number {
    return this.at;
  }

  random(): number {
    return 1;
  }

  later(delay_ms: number, act: () => void): () => void {
    const timer = { at: this.at + delay_ms, act };
    this.#timers.push(timer);
    return () => (this.#timers = this.#timers.filter((each) => each !== timer));
  }

  get line(): Line {
    return this.lines.at(-1)!;
  }

  /** Lets time pass, timer by timer, with everything that each sets off. */
  async pass(span_ms: number): Promise<void> {
    const until = this.at + span_ms;
    await settled();
    for (;;) {
      const next = this.#timers.filter(({ at }) => at <= until).sort((a, b) => a.at - b.at)[0];
      if (next === undefined) break;
      this.#timers = this.#timers.filter((each) => each !== next);
      this.at = next.at;
      next.act();
      await settled();
    }
    this.at = until;
  }
}

/** Lets all promises that can settle do so. */
async function settled(): Promise<void> {
  for (let n = 0; n < 20; n += 1) await Promise.resolve();
}

class Notebook implements Keeper {
  readonly taken: StreamFrame[] = [];
  cursor: Cursor = { e: "", q: 0 };
  fail: Error | null = null;

  cursors(): Promise<ReadonlyMap<string, Cursor>> {
    return Promise.resolve(new Map([["unit/1", this.cursor]]));
  }

  take(frame: StreamFrame): Promise<Cursor | null> {
    if (this.fail !== null) return Promise.reject(this.fail);
    this.taken.push(frame);
    if (frame.t === "sub") return Promise.resolve(null);
    this.cursor = { e: frame.t === "snap" ? frame.e : this.cursor.e, q: frame.q };
    return Promise.resolve(this.cursor);
  }

  place(): void {}
}

let script: Script;
let notebook: Notebook;
let states: FeedState[];
let clocks: number[];

function started(profile: Profile = "phone"): Feed {
  const options: FeedOptions = {
    profile,
    device: "a phone",
    streams: ["unit/1"],
    keeper: notebook,
    world: script,
    onState: (state) => states.push(state),
    onClock: (ahead_ms) => clocks.push(ahead_ms),
  };
  const feed = new Feed(options);
  feed.start();
  return feed;
}

async function live(profile: Profile = "phone"): Promise<Feed> {
  const feed = started(profile);
  await settled();
  await greet();
  return feed;
}

async function greet(): Promise<void> {
  const { line } = script;
  line.onopen?.();
  line.say({ t: "welcome", now: script.at + 500, hb: 45, retry: [0.25, 60] });
  line.say({ t: "sub", s: "unit/1", e: "A", head: 3, mode: "snapshot", why: "new" });
  line.say({ t: "snap", s: "unit/1", e: "A", q: 3, part: 0, last: true, rows: [] });
  await settled();
}

function phases(): string[] {
  return states.map(({ phase }) => phase);
}

beforeEach(() => {
  script = new Script();
  notebook = new Notebook();
  states = [];
  clocks = [];
});

describe("the feed", () => {
  it("greets with a ticket and its durable cursors, and is live once every stream has arrived", async () => {
    notebook.cursor = { e: "A", q: 2 };
    started();
    await settled();
    script.line.onopen?.();
    expect(script.line.sent[0]).toMatchObject({
      t: "hello",
      v: 1,
      device: "a phone",
      ticket: "a ticket",
      profile: "phone",
      subs: [{ s: "unit/1", e: "A", q: 2 }],
    });
    expect(phases()).toEqual(["connecting"]);
    await greet();
    expect(phases()).toEqual(["connecting", "live"]);
    expect(clocks).toEqual([500]);
  });

  it("acknowledges a frame only after it has been kept", async () => {
    await live();
    let keep = (_: Cursor): void => undefined;
    notebook.take = () => new Promise((resolve) => (keep = resolve));
    script.line.say({ t: "ev", s: "unit/1", q: 4, k: "assignment", id: "x", v: 1, at: 0, b: {} });
    await settled();
    expect(script.line.sent.filter(({ t }) => t === "ack")).toEqual([{ t: "ack", s: "unit/1", e: "A", q: 3 }]);
    keep({ e: "A", q: 4 });
    await settled();
    expect(script.line.sent.at(-1)).toEqual({ t: "ack", s: "unit/1", e: "A", q: 4 });
  });

  it("gathers a console's acknowledgements for a second", async () => {
    await live("console");
    expect(script.line.kinds()).not.toContain("ack");
    await script.pass(1_000);
    expect(script.line.sent.filter(({ t }) => t === "ack")).toEqual([{ t: "ack", s: "unit/1", e: "A", q: 3 }]);
  });

  it("closes with 4409 when a frame cannot be kept, and greets again with the cursor it had", async () => {
    await live();
    const first = script.line;
    notebook.fail = new Error("a gap");
    first.say({ t: "ev", s: "unit/1", q: 9, k: "assignment", id: "x", v: 1, at: 0, b: {} });
    await settled();
    expect(first.closedWith).toBe(4409);
    notebook.fail = null;
    await script.pass(1_000);
    expect(script.line).not.toBe(first);
    script.line.onopen?.();
    expect(script.line.sent[0]).toMatchObject({ subs: [{ s: "unit/1", e: "A", q: 3 }] });
  });

  it("takes silence for a dead network and says since when it has heard nothing", async () => {
    await live();
    const heardAt = script.at;
    const first = script.line;
    await script.pass(149_000);
    expect(first.closedWith).toBeUndefined();
    await script.pass(2_000);
    expect(first.closedWith).toBe(4408);
    expect(states.at(-1)).toEqual({ phase: "down", since: heardAt });
  });

  it("sends its own heartbeats", async () => {
    await live();
    await script.pass(91_000);
    expect(script.line.sent.filter(({ t }) => t === "hb").map(({ n }) => n)).toEqual([1, 2]);
  });

  it("looks at once when the device wakes: a dead socket is given up within seconds", async () => {
    const feed = await live();
    const first = script.line;
    feed.nudge();
    expect(first.kinds().at(-1)).toBe("hb");
    await script.pass(4_000);
    expect(first.closedWith).toBe(4408);
  });

  it("keeps a socket that answers when the device wakes", async () => {
    const feed = await live();
    feed.nudge();
    script.line.say({ t: "hb", n: 1, now: script.at });
    await script.pass(60_000);
    expect(script.line.closedWith).toBeUndefined();
    expect(phases()).toEqual(["connecting", "live"]);
  });

  it("reconnects for ever, with waits that grow to a bound", async () => {
    await live("console");
    const waits: number[] = [];
    for (let n = 0; n < 12; n += 1) {
      const connections = script.lines.length;
      script.line.onclose?.({ code: 1006 });
      const closedAt = script.at;
      while (script.lines.length === connections) await script.pass(10);
      waits.push(script.at - closedAt);
    }
    expect(waits.slice(0, 4)).toEqual([250, 500, 1000, 2000]);
    expect(Math.max(...waits)).toBe(5_000);
    expect(phases()).toContain("down");
    await greet();
    expect(phases().at(-1)).toBe("live");
  });

  it("keeps trying while no ticket can be had, and ends when the session has", async () => {
    script.refuseTicket = new Error("no network");
    started("console");
    await script.pass(20_000);
    expect(script.lines).toEqual([]);
    expect(phases().at(-1)).toBe("down");
    script.refuseTicket = new Refusal(401, { error: "not_signed_in", message: "sign in" });
    await script.pass(5_000);
    expect(phases().at(-1)).toBe("signed_out");
    script.refuseTicket = null;
    await script.pass(600_000);
    expect(script.lines).toEqual([]);
  });

  it("stays away once its authority was withdrawn", async () => {
    await live();
    script.line.onclose?.({ code: 4403 });
    await script.pass(600_000);
    expect(script.lines).toHaveLength(1);
    expect(phases().at(-1)).toBe("withdrawn");
  });

  it("leaves when the service drains and comes back within the time it was given", async () => {
    await live();
    script.line.say({ t: "drain", in_ms: 2_000 });
    expect(script.line.closedWith).toBe(1000);
    await script.pass(2_000);
    expect(script.lines).toHaveLength(2);
  });

  it("is live also when one stream is not its to read", async () => {
    started();
    await settled();
    script.line.onopen?.();
    script.line.say({ t: "welcome", now: script.at });
    script.line.say({ t: "err", error: "forbidden", message: "not yours", s: "unit/1" });
    await settled();
    expect(phases().at(-1)).toBe("live");
  });

  it("trusts the least delayed comparison of clocks, until the service's clock is set", async () => {
    await live();
    script.line.say({ t: "hb", n: 1, now: script.at + 100 });
    script.line.say({ t: "hb", n: 2, now: script.at + 700 });
    script.line.say({ t: "hb", n: 3, now: script.at - 60_000 });
    expect(clocks).toEqual([500, 700, -60_000]);
  });
});
