// Closures as the pages hold them: from the ground's stream, and when they apply by the reader's clock.
import { describe, expect, it } from "vitest";
import { AreaStore } from "../src/store/area";
import { closedEdges, closureWhat, newClosure, notOver, over_ms, standing, type Filled } from "../src/trade/closure";
import { aClosure } from "./things";

const FROM = Date.parse("2026-11-23T02:00:00Z");
const HOUR_MS = 3_600_000;

function after(hours: number): string {
  return new Date(FROM + hours * HOUR_MS).toISOString();
}

describe("a closure", () => {
  it("is to come, in force, and over, by the reader's clock alone", () => {
    const closure = aClosure({ until: after(2) });
    expect(standing(closure, FROM - 1)).toBe("coming");
    expect(standing(closure, FROM)).toBe("in_force");
    expect(standing(closure, FROM + 2 * HOUR_MS - 1)).toBe("in_force");
    expect(standing(closure, FROM + 2 * HOUR_MS)).toBe("over");
  });

  it("is over once somebody has ended it, begun or not", () => {
    const ended = aClosure({ from: after(5), until: after(9), ended_at: after(1) });
    expect(over_ms(ended)).toBe(FROM + HOUR_MS);
    expect(standing(ended, FROM)).toBe("coming");
    expect(standing(ended, FROM + HOUR_MS)).toBe("over");
    expect(over_ms(aClosure())).toBe(Infinity);
  });
});

describe("a list of closures", () => {
  it("holds those in force, the latest first, then those to come, the next first", () => {
    const [first, second, third, fourth, over] = ["a", "b", "c", "d", "e"] as const;
    const closures = [
      aClosure({ id: fourth, from: after(9) }),
      aClosure({ id: second, from: after(-2) }),
      aClosure({ id: over, from: after(-3), until: after(-1) }),
      aClosure({ id: third, from: after(1) }),
      aClosure({ id: first, from: after(-1) }),
    ];
    expect(notOver(closures, FROM).map((each) => each.id)).toEqual([first, second, third, fourth]);
  });

  it("says what happens to the ways and for whom", () => {
    expect(closureWhat(aClosure())).toBe("封闭");
    expect(closureWhat(aClosure({ mode: "slow", factor: 2, layer: "vehicle" }))).toBe("缓行 · ×2 · 仅车辆");
    expect(closureWhat(aClosure({ mode: "on_request", delay_s: 600 }))).toBe("应请求开放 · 10 分钟");
  });
});

describe("closing a way", () => {
  const form: Filled = { edge: "A-B", kind: null, mode: "shut", layer: "both", factor: 2, direction: "forward", delay_min: 10, hours: null, reason: " 检修 " };

  it("asks for what its mode needs and for nothing else", () => {
    expect(newClosure(form, FROM)).toEqual({ edges: ["A-B"], mode: "shut", layer: "both", reason: "检修" });
    expect(newClosure({ ...form, mode: "slow" }, FROM)).toMatchObject({ mode: "slow", factor: 2 });
    expect(newClosure({ ...form, mode: "one_way" }, FROM)).toEqual({ edges: ["A-B"], mode: "one_way", direction: "forward", layer: "both", reason: "检修" });
    expect(newClosure({ ...form, mode: "on_request" }, FROM)).toMatchObject({ delay_s: 600 });
    expect(newClosure({ ...form, edge: null, kind: "lift", hours: 2 }, FROM)).toMatchObject({ kind: "lift", until: "2026-11-23T04:00:00.000Z" });
  });

  it("waits for a way, a reason and numbers that mean something", () => {
    for (const lacking of [{ edge: null }, { reason: " " }, { mode: "slow", factor: NaN }, { mode: "on_request", delay_min: NaN }] as const) {
      expect(newClosure({ ...form, ...lacking }, FROM)).toBeNull();
    }
  });
});

describe("the store", () => {
  it("holds the closures of the ground's stream, the newer version of each", async () => {
    const { area, id } = aClosure();
    const store = new AreaStore(area);
    const s = `ground/${area}`;
    await store.take({ t: "sub", s, e: "e", head: 1, mode: "snapshot", why: "new" });
    await store.take({ t: "snap", s, e: "e", q: 1, part: 0, last: true, rows: [{ k: "closure", id, v: 1, b: aClosure() }] });
    expect([...store.closures.value.keys()]).toEqual([id]);
    store.answered("closure", aClosure({ version: 2, ended_at: after(1) }));
    await store.take({ t: "ev", s, q: 2, k: "closure", id, v: 2, at: FROM, b: aClosure({ version: 2, ended_at: after(1) }) });
    expect(store.closures.value.get(id)?.ended_at).toBe(after(1));
    expect(store.incidents.value.size).toBe(0);
  });
});

describe("the edges that the map draws as closed", () => {
  it("are shut to everybody or limited; where both lie on an edge, it is shut", () => {
    const shut = aClosure({ edges: ["a", "b"], mode: "shut", layer: "both", from: after(0) });
    const slow = { ...shut, edges: ["b", "c"], mode: "slow" as const };
    const vehicles = { ...shut, edges: ["d"], layer: "vehicle" as const };
    const later = { ...shut, edges: ["e"], from: after(1) };
    const at = (now_ms: number) => [...closedEdges([slow, shut, vehicles, later], now_ms)].sort();
    expect(at(FROM)).toEqual([["a", "shut"], ["b", "shut"], ["c", "limited"], ["d", "limited"]]);
    expect(at(FROM - 1)).toEqual([]);
  });
});
