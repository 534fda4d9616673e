// What the map rests on: coverage kept current, closures by the clock, ways that are wanted, marks that glide and crowd.
import { beforeEach, describe, expect, it } from "vitest";
import { Refusal } from "../src/api/client";
import type { Assignment, Candidate, CellCoverage, CoverageNow, Route, RouteLeg } from "../src/api/wire";
import { crowds } from "../src/map/crowding";
import { between, GLIDE_MS, Pins, type LonLat } from "../src/map/glide";
import { draftOf, emptyPlace, locationOf, pointed } from "../src/operator/location_choice";
import { AT_LATEST_MS, LEAST_MS, LiveCoverage } from "../src/store/coverage";
import { AGAIN_MS, REST_MS, Routes, type Wish } from "../src/store/routes";
import { cellFaces, countCells, percent } from "../src/trade/coverage";
import { cellStanding, cellWords } from "../src/trade/coverage_words";
import { boundsOf, lineMode, pointsOf, wantedRoutes } from "../src/trade/route";
import { isStale, onTheMap } from "../src/trade/unit";
import { language } from "../src/words/language";
import { anIncident, anOrder, aUnit } from "./things";

/** A clock that is moved by hand, with what is to be done when it has gone so far. */
class Clock {
  at = 1_000_000;
  #timers: { at: number; act: () => void }[] = [];

  readonly now = () => this.at;

  readonly later = (delay_ms: number, act: () => void) => {
    const timer = { at: this.at + delay_ms, act };
    this.#timers.push(timer);
    return () => void (this.#timers = this.#timers.filter((each) => each !== timer));
  };

  async pass(span_ms: number): Promise<void> {
    const end = this.at + span_ms;
    for (;;) {
      await settled();
      const next = this.#timers.filter(({ at }) => at <= end).sort((a, b) => a.at - b.at)[0];
      if (next === undefined) break;
      this.#timers = this.#timers.filter((each) => each !== next);
      this.at = Math.max(this.at, next.at);
      next.act();
    }
    this.at = end;
    await settled();
  }
}

/** Whatever was promised and is there has been taken. */
async function settled(): Promise<void> {
  for (let n = 0; n < 10; n += 1) await Promise.resolve();
}

beforeEach(() => {
  language.value = "zh";
});

const CELL: CellCoverage = { code: "A", state: "inside", eta_s: 300, target_s: 600, unit: "G1-1", nearest: [], point: null, length_m: 10, covered_m: 10 };

function coverage(of: Partial<CoverageNow> = {}): CoverageNow {
  return {
    at: "2026-11-23T02:00:00Z",
    network_version: { network: "n", closures: 0, conditions: "normal", speeds: "", at: "2026-11-23T02:00:00Z" },
    allowance_s: 60,
    free_units: [],
    without: null,
    lost: [],
    share_of_cells: 1,
    share_of_trail_m: 0.5,
    trail_m: 100,
    cells: [CELL],
    ...of,
  };
}

describe("coverage kept current", () => {
  function watched(answer: () => Promise<CoverageNow>) {
    const clock = new Clock();
    const asked: number[] = [];
    const read = () => {
      asked.push(clock.at);
      return answer();
    };
    return { clock, asked, live: new LiveCoverage({ read, now: clock.now, later: clock.later }) };
  }

  it("is read at the first change, and again with the next minute if nothing changes", async () => {
    const { clock, asked, live } = watched(() => Promise.resolve(coverage()));
    live.stir();
    await clock.pass(AT_LATEST_MS * 2.5);
    expect(asked.map((at) => at - asked[0]!)).toEqual([0, AT_LATEST_MS, 2 * AT_LATEST_MS]);
    expect(live.value.value?.cells).toEqual([CELL]);
    expect(live.readAt.value).toBe(asked[2]);
  });

  it("is not read more often than every few seconds, however often units move, and the last change is never left out", async () => {
    const { clock, asked, live } = watched(() => Promise.resolve(coverage()));
    for (let second = 0; second < 20; second += 1) {
      live.stir();
      await clock.pass(1_000);
    }
    const last = clock.at;
    await clock.pass(LEAST_MS);
    const gaps = asked.slice(1).map((at, n) => at - asked[n]!);
    expect(asked.length).toBeLessThanOrEqual(6);
    expect(Math.min(...gaps)).toBe(LEAST_MS);
    expect(asked.at(-1)!).toBeGreaterThanOrEqual(last - 1_000);
  });

  it("is read no more once the seat is left, whatever changes and however late the last answer comes", async () => {
    let answer: (value: CoverageNow) => void = () => undefined;
    const { clock, asked, live } = watched(() => new Promise((resolve) => (answer = resolve)));
    live.stir();
    await clock.pass(100);
    live.end();
    answer(coverage());
    live.stir();
    await clock.pass(AT_LATEST_MS * 2);
    expect(asked.length).toBe(1);
  });

  it("is read once more when something changed while the answer was on its way", async () => {
    let answer: (value: CoverageNow) => void = () => undefined;
    const { clock, asked, live } = watched(() => new Promise((resolve) => (answer = resolve)));
    live.stir();
    await clock.pass(100);
    live.stir();
    await clock.pass(3_000);
    expect(asked).toHaveLength(1);
    answer(coverage());
    await clock.pass(LEAST_MS);
    expect(asked).toHaveLength(2);
  });

  it("keeps what it had and says why when it cannot be read, and goes on asking", async () => {
    let fails = false;
    const refused = new Refusal(404, { message: "没有路网" });
    const { clock, asked, live } = watched(() => (fails ? Promise.reject(refused) : Promise.resolve(coverage())));
    live.stir();
    await clock.pass(0);
    fails = true;
    await clock.pass(AT_LATEST_MS);
    expect(live.failure.value).toBe("没有路网");
    expect(live.value.value).not.toBeNull();
    expect(live.readAt.value).toBe(asked[0]);
    fails = false;
    await clock.pass(AT_LATEST_MS);
    expect(live.failure.value).toBeNull();
  });
});

describe("cells as they stand", () => {
  const now = coverage({ cells: [CELL, { ...CELL, code: "B", state: "outside", eta_s: 601, unit: "G2-1" }, { ...CELL, code: "C", state: "search", eta_s: null, unit: null }] });

  it("are counted by state", () => {
    expect(countCells(now.cells)).toEqual({ inside: 1, outside: 1, nobody: 0, search: 1 });
    expect([percent(0.716), percent(null)]).toEqual([72, null]);
  });

  it("are shown as they would be without a unit, and those that fall out are marked", () => {
    const left = coverage({ without: "G1-1", lost: ["A"], cells: [{ ...CELL, state: "outside", eta_s: 720, unit: "G3-1" }] });
    expect(cellFaces(null, null)).toEqual([]);
    expect(cellFaces(now, null).map(({ state, lost }) => [state, lost])).toEqual([["inside", false], ["outside", false], ["search", false]]);
    expect(cellFaces(now, left)).toEqual([{ code: "A", state: "outside", unit: "G3-1", eta_s: 720, lost: true }]);
  });

  it("say by whom and when they are reached, a started minute as a whole one", () => {
    expect(cellStanding(now.cells[0]!)).toBe("✓ G1-1 · 5 分");
    expect(cellStanding(now.cells[1]!)).toBe("▲ G2-1 · 11 分");
    expect(cellStanding(now.cells[2]!)).toBe("○ 需搜救");
    language.value = "en";
    const words = cellWords(cellFaces(now, null));
    const named = (code: string) => words({ code, name_zh: "甲", name_en: "Alpha" } as never);
    expect(named("A")).toEqual({ short: "", long: "Alpha\n✓ G1-1 · 5 min" });
    expect(named("B")).toEqual({ short: "▲ 11 min", long: "Alpha\n▲ G2-1 · 11 min" });
    expect(named("Z")).toEqual({ short: "", long: "Alpha" });
  });
});

describe("the ways that are drawn", () => {
  const incident = anIncident();
  const candidate = (unit: string, of: Partial<Candidate> = {}): Candidate =>
    ({ unit, code: unit.toUpperCase(), eta_s: 100, chosen: false, ...of }) as Candidate;
  const sent = (of: Partial<Assignment>): Assignment => ({ ...anOrder(), ...of });
  const codes = (wanted: readonly { unit_code: string; sent: boolean }[]) => wanted.map(({ unit_code, sent: is }) => `${unit_code} ${is ? "sent" : "weighed"}`);

  it("are those of units sent and not yet there, then of the units advised", () => {
    const assignments = [sent({ unit: "a", unit_code: "A", state: "en_route" }), sent({ unit: "b", unit_code: "B", state: "at_patient" }), sent({ unit: "c", unit_code: "C", state: "declined" })];
    const candidates = [candidate("a", { chosen: true }), candidate("d", { chosen: true }), candidate("e")];
    expect(codes(wantedRoutes(incident, assignments, candidates, null))).toEqual(["A sent", "D weighed"]);
  });

  it("are of the one candidate looked at instead of those advised", () => {
    const candidates = [candidate("d", { chosen: true }), candidate("e"), candidate("f", { eta_s: null })];
    expect(codes(wantedRoutes(incident, [], candidates, "e"))).toEqual(["E weighed"]);
    expect(wantedRoutes(incident, [], candidates, "f")).toEqual([]);
  });

  it("are none for an incident that is closed, not located, or not in hand", () => {
    const candidates = [candidate("d", { chosen: true })];
    expect(wantedRoutes(null, [], candidates, null)).toEqual([]);
    expect(wantedRoutes(anIncident({ status: "closed" }), [], candidates, null)).toEqual([]);
    expect(wantedRoutes(anIncident({ place: null }), [], candidates, null)).toEqual([]);
  });

  it("are drawn by mode, and not where nobody moves", () => {
    const leg = (mode: string, points = 2): RouteLeg => ({ mode, line: Array.from({ length: points }, (_, n) => [110 + n, 29]) }) as unknown as RouteLeg;
    expect(["drive", "walk", "off_network", "cableway", "lift", "rail", "wait", "board"].map((mode) => lineMode(leg(mode)))).toEqual(["drive", "walk", "off_network", "lift", "lift", "lift", null, null]);
    expect(lineMode(leg("walk", 0))).toBeNull();
    expect(boundsOf(pointsOf([{ legs: [leg("walk", 3), leg("drive", 2)] }]))).toEqual([110, 29, 112, 29]);
    expect(boundsOf([])).toBeNull();
  });
});

describe("routes", () => {
  const wish = (unit: string, stamp = "1"): Wish => ({ incident: "i", unit, unit_code: unit, sent: false, stamp });
  const route = (unit: string): Route => ({ unit, legs: [] }) as unknown as Route;

  function routes() {
    const clock = new Clock();
    const asked: string[] = [];
    const read = (_: string, unit: string) => {
      asked.push(unit);
      return Promise.resolve(route(unit));
    };
    return { clock, asked, routes: new Routes({ read, now: clock.now, later: clock.later }) };
  }

  it("are read after a moment of rest, so that a pointer passing over a list asks for nothing", async () => {
    const { clock, asked, routes: all } = routes();
    for (const unit of ["a", "b", "c"]) {
      all.want([wish(unit)]);
      await clock.pass(REST_MS / 2);
    }
    await clock.pass(REST_MS);
    expect(asked).toEqual(["c"]);
    expect(all.drawn.value.map(({ route: { unit } }) => unit)).toEqual(["c"]);
  });

  it("stay while their unit moves and are read again from where it is, not too often", async () => {
    const { clock, asked, routes: all } = routes();
    for (let second = 0; second < 25; second += 1) {
      all.want([wish("a", String(second))]);
      await clock.pass(1_000);
      expect(all.drawn.value).toHaveLength(1);
    }
    expect(asked.length).toBeGreaterThanOrEqual(2);
    expect(asked.length).toBeLessThanOrEqual(1 + 25_000 / AGAIN_MS);
  });

  it("vanish at once when they are no longer wanted, also one whose answer is on its way", async () => {
    const { clock, routes: all } = routes();
    all.want([wish("a"), wish("b")]);
    await clock.pass(REST_MS);
    expect(all.drawn.value).toHaveLength(2);
    all.want([wish("b")]);
    expect(all.drawn.value.map(({ route: { unit } }) => unit)).toEqual(["b"]);
    all.want([]);
    await clock.pass(AGAIN_MS);
    expect(all.drawn.value).toEqual([]);
  });
});

describe("marks", () => {
  it("that stand on one spot are one crowd, the others stand alone", () => {
    const spots = [{ id: "a", x: 0, y: 0 }, { id: "b", x: 10, y: 0 }, { id: "c", x: 100, y: 0 }, { id: "d", x: 19, y: 0 }];
    expect(crowds(spots, 20)).toEqual([{ at: "a", ids: ["a", "b", "d"] }, { at: "c", ids: ["c"] }]);
    expect(crowds(spots, 5).map(({ ids }) => ids.length)).toEqual([1, 1, 1, 1]);
  });

  it("are where a unit was, then between, then where it is", () => {
    expect(between([0, 0], [10, 20], 0.5)).toEqual([5, 10]);
    expect([between([0, 0], [10, 20], -1), between([0, 0], [10, 20], 2)]).toEqual([[0, 0], [10, 20]]);
  });

  function board(glides = true) {
    const clock = { at: 0, frames: [] as (() => void)[], moved: () => undefined as void, shift: 0 };
    const projection = {
      project: ([lon, lat]: LonLat) => ({ x: lon * 1000 + clock.shift, y: lat * 1000 }),
      onMove: (act: () => void) => {
        clock.moved = act;
        return () => undefined;
      },
    };
    const pins = new Pins(projection, { now: () => clock.at, next: (act) => void clock.frames.push(act) }, glides);
    const element = { style: { transform: "" } } as unknown as HTMLElement;
    const frame = (at: number) => {
      clock.at = at;
      for (const act of clock.frames.splice(0)) act();
    };
    return { pins, element, clock, frame, x: () => Number(/translate\((.*?)px/.exec(element.style.transform)![1]) };
  }

  it("glide to where the unit has gone, and ask for no frames once they are there", () => {
    const { pins, element, clock, frame, x } = board();
    pins.pin(element, [0, 0]);
    frame(0);
    expect([x(), clock.frames.length]).toEqual([0, 0]);
    pins.pin(element, [0.01, 0]);
    frame(GLIDE_MS / 2);
    expect(x()).toBeCloseTo(5);
    frame(GLIDE_MS);
    expect([x(), clock.frames.length]).toEqual([10, 0]);
  });

  it("do not glide across the area, nor for a reader who wants no motion", () => {
    for (const [glides, to] of [[true, 1], [false, 0.01]] as const) {
      const { pins, element, x } = board(glides);
      pins.pin(element, [0, 0]);
      pins.pin(element, [to, 0]);
      expect(x()).toBeCloseTo(to * 1000);
    }
  });

  it("go with the map at once when it is moved", () => {
    const { pins, element, clock, x } = board();
    pins.pin(element, [0.01, 0]);
    clock.shift = 50;
    clock.moved();
    expect(x()).toBe(60);
  });
});

describe("units on the map", () => {
  const position = { lon: 110.4, lat: 29.3, accuracy_m: null, at: "2026-11-23T02:00:00Z" } as const;
  const later = (minutes: number) => Date.parse(position.at) + minutes * 60_000;

  it("are old when nothing was heard of them for two minutes, unless they are where they belong", () => {
    const from = (source: "device" | "radio" | "post" | "incident") => aUnit({ position: { ...position, source } });
    expect([isStale(from("device"), later(1)), isStale(from("device"), later(3)), isStale(from("radio"), later(3))]).toEqual([false, true, true]);
    expect([isStale(from("post"), later(300)), isStale(from("incident"), later(300)), isStale(aUnit(), later(3))]).toEqual([false, false, false]);
  });

  it("are those on duty or out that are somewhere", () => {
    const there = { position: { ...position, source: "post" as const } };
    const units = [aUnit({ code: "G1-10", ...there }), aUnit({ code: "G1-2", ...there }), aUnit({ code: "G1-3" }), aUnit({ code: "G1-4", on_duty: false, state: "off_duty", ...there })];
    expect(onTheMap(units).map(({ code }) => code)).toEqual(["G1-2", "G1-10"]);
  });
});

describe("a place taken from the map", () => {
  it("is a point in WGS-84, sent as such and marked there", () => {
    const given = { ...emptyPlace(), ...pointed({ lon: 110.44951234, lat: 29.3462 }) };
    expect(locationOf(given)).toEqual({ point: { lon: 110.449512, lat: 29.3462, datum: "WGS84" } });
    expect(draftOf(given)).toEqual({ lon: 110.449512, lat: 29.3462 });
  });

  it("is not marked while its datum is another: the map does not convert", () => {
    const given = { ...emptyPlace(), way: "point" as const, lon: "110.45", lat: "29.34" };
    expect(draftOf(given)).toBeNull();
    expect(draftOf({ ...given, datum: "GCJ02" })).toBeNull();
    expect(draftOf({ ...given, datum: "CGCS2000" })).toEqual({ lon: 110.45, lat: 29.34 });
    expect(draftOf({ ...given, way: "place", datum: "WGS84" })).toBeNull();
  });
});
