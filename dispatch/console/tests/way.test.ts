// The own way on a phone: what was read, what is closed on it, and never a shut way shown as if it were open.
import { describe, expect, it } from "vitest";
import type { Route, RouteLeg } from "../src/api/wire";
import { closedOn, placeOf, shownWay, withRead } from "../src/trade/way";
import { aClosure, anOrder } from "./things";

const NOW = Date.parse("2026-11-23T03:00:00Z");

function leg(...edges: string[]): RouteLeg {
  return {
    mode: "walk",
    from: "甲",
    to: "乙",
    from_en: "A",
    to_en: "B",
    from_code: null,
    to_code: null,
    length_m: 100,
    climb_m: 0,
    descent_m: 0,
    time_s: 60,
    edges,
    line: [],
    turns: [],
  };
}

function route(legs: RouteLeg[], reason: string | null = null): Route {
  const times = reason === null ? { eta_s: 660, travel_s: 600 } : { eta_s: null, travel_s: null };
  return { at: "2026-11-23T02:59:00Z", legs, reason, obstacles: [], ...times } as unknown as Route;
}

const order = anOrder({ legs: [leg()] });
const to = placeOf(order) ?? "";
const shut = aClosure({ edges: ["e2"] });

describe("the own way", () => {
  it("is that of the order until one has been read, and says that it is no later than that", () => {
    expect(shownWay(order, null, [], NOW)).toMatchObject({ legs: order.legs, at: null, none: null });
  });

  it("of another order, or of a place that was corrected since, is not shown", () => {
    const kept = withRead(null, to, route([leg("e1")]));
    expect(shownWay(order, kept, [], NOW).at).not.toBeNull();
    const place = { ...order.place!, point: { lon: 110.5, lat: 29.4 } };
    expect(shownWay({ ...order, place }, kept, [], NOW).at).toBeNull();
    expect(shownWay({ ...order, id: "00000000-0000-4000-8000-0000000000ff" }, kept, [], NOW).at).toBeNull();
  });

  it("says that there is none and why, and marks where the former one is shut", () => {
    const kept = withRead(withRead(null, to, route([leg("e1"), leg("e2", "e3")])), to, route([], "索道停运"));
    const shown = shownWay(order, kept, [shut], NOW);
    expect(shown.none).toBe("索道停运");
    expect(shown.legs.map((each) => closedOn(each, [shut], NOW).length)).toEqual([0, 1]);
  });

  it("says that there is none also where none was ever read", () => {
    const shown = shownWay(order, withRead(null, to, route([], "不通")), [], NOW);
    expect(shown).toMatchObject({ none: "不通", at: null, legs: order.legs });
  });

  it("that goes round a closure names it; not one that lies behind, nor one that is still to come", () => {
    const kept = withRead(withRead(null, to, route([leg("e1", "e2", "e3")])), to, route([leg("e1", "e9")]));
    expect(shownWay(order, kept, [shut], NOW).avoided).toEqual([shut]);
    expect(shownWay(order, kept, [aClosure({ edges: ["e2"], from: "2026-11-23T09:00:00Z" })], NOW).avoided).toEqual([]);
    const past = withRead(withRead(null, to, route([leg("e1", "e2", "e3")])), to, route([leg("e3")]));
    expect(shownWay(order, past, [shut], NOW).avoided).toEqual([]);
  });

  it("that is open again is shown alone", () => {
    const none = withRead(withRead(null, to, route([leg("e1")])), to, route([], "不通"));
    expect(shownWay(order, withRead(none, to, route([leg("e1")])), [], NOW)).toMatchObject({ none: null, avoided: [] });
  });

  it("says when its crew is there by the way it shows; once the crew has set out, without the time it takes to", () => {
    const kept = withRead(null, to, route([leg("e1")]));
    const at = (shown: { there_ms: number | null }) => new Date(shown.there_ms ?? 0).toISOString();
    expect(at(shownWay(order, kept, [], NOW))).toBe("2026-11-23T03:10:00.000Z");
    const gone = { ...order, en_route_at: "2026-11-23T02:58:00Z" };
    expect(at(shownWay(gone, kept, [], NOW))).toBe("2026-11-23T03:09:00.000Z");
    expect(shownWay(order, withRead(kept, to, route([], "不通")), [], NOW).there_ms).toBeNull();
  });

  it("to where the crew stands already has no legs and needs no reason", () => {
    expect(shownWay(order, withRead(null, to, route([])), [], NOW)).toMatchObject({ legs: [], none: null });
  });
});
