// Closures as the pages hold them: from the ground's stream, and when they apply by the reader's clock.
import { describe, expect, it } from "vitest";
import { AreaStore } from "../src/store/area";
import { closedEdges, over_ms, standing } from "../src/trade/closure";
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
