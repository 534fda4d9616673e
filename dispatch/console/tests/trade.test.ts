// What the pages make of the trade's values: clocks, journeys in a sentence, times in the area's zone, steps, order of things.
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Clock, Incident, Leg, Order, Unit } from "../src/api/wire";
import { clockFace } from "../src/trade/clock";
import { newId } from "../src/trade/id";
import { onWay, openInOrder } from "../src/trade/incident";
import { journeySentence, turnWords } from "../src/trade/journey";
import { placeName, skillsList, targetSource } from "../src/trade/naming";
import { nextStep, ordersInHand, withPresses, type Press } from "../src/trade/press";
import { byTeam } from "../src/trade/unit";
import { age, duration, length, shortTime, stopwatch, timeOfDay, timeZone } from "../src/trade/writing";
import { language } from "../src/words/language";
import { anIncident, anOrder, aUnit } from "./things";

const T0 = Date.parse("2026-11-23T02:00:00Z");

beforeEach(() => {
  timeZone.value = "Asia/Shanghai";
});

afterEach(() => {
  language.value = "zh";
});

function face(after_s: number, clock: Partial<Clock> = {}, more: Partial<Incident> = {}) {
  return clockFace(anIncident({ clock: { ...anIncident().clock, ...clock }, ...more }), T0 + after_s * 1000);
}

describe("the clock", () => {
  it("is amber in the last quarter of the target, before it is red", () => {
    expect(face(0).phase).toBe("ok");
    expect(face(449).phase).toBe("ok");
    expect(face(450).phase).toBe("soon");
    expect(face(600).phase).toBe("soon");
    expect(face(601).phase).toBe("over");
    expect(face(601).left_s).toBe(-1);
  });

  it("stops when the first responder is at the patient", () => {
    const arrived = face(5_000, { at_patient_at: "2026-11-23T02:09:00Z", within_target: true });
    expect(arrived).toMatchObject({ phase: "met", spent_s: 540, running: false });
    expect(face(5_000, { at_patient_at: "2026-11-23T02:11:00Z", within_target: false }).phase).toBe("missed");
  });

  it("does not make up an arrival for a closed incident without one", () => {
    expect(face(5_000, { closed_at: "2026-11-23T02:05:00Z" }, { status: "closed" })).toMatchObject({ phase: "unknown", spent_s: 300 });
  });

  it("runs without colour where there is no target", () => {
    expect(face(5_000, {}, { target_s: null }).phase).toBe("none");
  });
});

describe("a journey", () => {
  const drive = leg({ mode: "drive", to: "水绕四门", to_en: "Shuirao Simen", length_m: 3000, time_s: 245 });
  const walk = leg({ mode: "walk", to: "", to_en: "", length_m: 704, climb_m: 21, descent_m: 3, time_s: 350 });

  it("is one sentence in Chinese", () => {
    expect(journeySentence([drive, walk])).toBe("驾车 4 分钟到水绕四门\uff0c步行 700 米、上升 20 米、6 分钟。".replace("20 米", "21 米"));
  });

  it("is one sentence in English", () => {
    language.value = "en";
    expect(journeySentence([drive, walk])).toBe("Drive 4 min to Shuirao Simen; walk 700 m, up 21 m, 6 min.");
  });

  it("says every mode, also one that it does not know", () => {
    const modes = ["drive", "walk", "cableway", "lift", "rail", "wait", "board", "leave", "off_network", "balloon"];
    const sentence = journeySentence(modes.map((mode) => leg({ mode, to: "天子山", from: "山脚", time_s: 60 })));
    expect(sentence.split("\uff0c")).toHaveLength(modes.length);
    expect(sentence).not.toContain("undefined");
    expect(sentence).toContain("balloon");
  });

  it("without legs means that the unit is there", () => {
    expect(journeySentence([])).toBe("就在现场。");
  });
});

describe("times and lengths", () => {
  it("are shown in the area's time zone", () => {
    expect(timeOfDay("2026-11-23T02:00:00Z")).toBe("10:00:00");
    timeZone.value = "Europe/Andorra";
    expect(timeOfDay("2026-11-23T02:00:00Z")).toBe("03:00:00");
  });

  it("carry the date when it is not today's", () => {
    expect(shortTime("2026-11-23T02:00:00Z", T0)).toBe("10:00");
    expect(shortTime("2026-11-21T02:00:00Z", T0)).toContain("21");
  });

  it("are rounded for people", () => {
    expect([20, 59.4, 60, 245, 3600, 5400].map(duration)).toEqual(["20 秒", "59 秒", "1 分钟", "4 分钟", "1 小时", "1 小时 30 分钟"]);
    expect([0, 59, 60, 3599, 3600, 200_000].map(age)).toEqual(["0 秒", "59 秒", "1 分钟", "59 分钟", "1 小时", "2 天"]);
    expect([42, 704, 996, 2310].map(length)).toEqual(["42 米", "700 米", "1.0 公里", "2.3 公里"]);
    expect([0, 65, 3725].map(stopwatch)).toEqual(["0:00", "1:05", "1:02:05"]);
  });
});

describe("a crew's presses", () => {
  it("are shown at once as what they will make of the order, with the device's corrected time", () => {
    const shown = withPresses(anOrder(), [press(1, "acknowledge"), press(2, "en_route"), press(3, "need_help")]);
    expect(shown).toMatchObject({ state: "en_route", acknowledged_at: "2026-11-23T02:01:01Z", en_route_at: "2026-11-23T02:01:02Z" });
  });

  it("change nothing once they are answered or refused, nor for another order", () => {
    const order = anOrder();
    expect(withPresses(order, [press(1, "acknowledge", { fate: "answered" }), press(2, "en_route", { assignment: "other" })])).toEqual(order);
  });

  it("end an order when the last is clear", () => {
    const shown = withPresses(anOrder({ state: "at_patient" }), [press(1, "clear")]);
    expect(shown).toMatchObject({ state: "cleared", ended_at: "2026-11-23T02:01:01Z" });
    expect(ordersInHand([shown])).toEqual([]);
  });

  it("lead from accept to clear by the main button alone", () => {
    const steps: string[] = [];
    let order = anOrder();
    for (let n = 1; order.state !== "cleared"; n += 1) {
      steps.push(nextStep(order));
      order = withPresses(order, [press(n, nextStep(order))]);
    }
    expect(steps).toEqual(["acknowledge", "en_route", "on_scene", "at_patient", "moving", "handed_over", "clear"]);
  });

  it("put an incident before an order that waits behind it", () => {
    const next = anOrder({ id: "next", kind: "next", assigned_at: "2026-11-23T01:00:00Z" });
    expect(ordersInHand([next, anOrder()]).map(({ kind }) => kind)).toEqual(["incident", "next"]);
  });
});

describe("lists", () => {
  it("put the most pressing incident first, an untyped one before P3", () => {
    const of = (number: number, priority: Incident["priority"]) => anIncident({ id: String(number), number, priority });
    const order = openInOrder([of(1, "P3"), of(2, "P2"), of(3, null), of(4, "P1"), of(5, "P1")]);
    expect(order.map(({ number }) => number)).toEqual([4, 5, 2, 3, 1]);
  });

  it("keep units by team in order of their codes", () => {
    const of = (code: string, team: string): Unit => aUnit({ id: code, code, team: { code: team, name_zh: team, name_en: team } });
    const teams = byTeam([of("G2-10", "G2"), of("G1-1", "G1"), of("G2-2", "G2")]);
    expect(teams.map(({ code, units }) => [code, units.map((unit) => unit.code)])).toEqual([
      ["G1", ["G1-1"]],
      ["G2", ["G2-2", "G2-10"]],
    ]);
  });
});

describe("names", () => {
  it("keep the caller's words for a place that is not located", () => {
    expect(placeName(null)).toBe("未定位");
    const words = { ...anIncident().place!, name_zh: null, name_en: null, words: "大石头旁边", point: null };
    expect(placeName(words)).toBe("“大石头旁边”");
  });

  it("follow the reader's language", () => {
    expect(placeName(anIncident().place)).toBe("后花园");
    language.value = "en";
    expect(placeName(anIncident().place)).toBe("Back Garden");
    expect(targetSource("run_card TRA-FX")).toBe("run card TRA-FX");
  });

  it("count people, not what the unit carries", () => {
    expect(skillsList({ AED: 3, FA: 2, MED: 1 })).toBe("除颤、急救×2、医疗");
  });

  it("are unique ids also where the page came over plain HTTP", () => {
    const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;
    expect(newId()).toMatch(uuid);
    const whole = globalThis.crypto;
    Object.defineProperty(globalThis, "crypto", { configurable: true, value: { getRandomValues: whole.getRandomValues.bind(whole) } });
    try {
      expect(newId()).toMatch(uuid);
      expect(newId()).not.toBe(newId());
    } finally {
      Object.defineProperty(globalThis, "crypto", { configurable: true, value: whole });
    }
  });
});

function leg(of: Partial<Leg>): Leg {
  return { mode: "walk", from: "", to: "", from_en: "", to_en: "", from_code: null, to_code: null, length_m: 0, climb_m: 0, descent_m: 0, time_s: 0, ...of };
}

function press(n: number, step: Press["step"], of: Partial<Press> = {}): Press {
  const at = `2026-11-23T02:01:0${n}Z`;
  return { n, id: `press ${n}`, assignment: (anOrder() as Order).id, step, note: null, device_at: at, at, fate: "waiting", said: null, ...of };
}

describe("a place said to be on one of several ways", () => {
  const place = anIncident().place!;

  it("is sent as it was given, in its own datum, with the way", () => {
    const point = { lon: 110.4, lat: 29.3, datum: "GCJ02", accuracy_m: 120 };
    expect(onWay({ ...place, source: "point", given: { point: { ...point, edge: "A" } } }, "B")).toEqual({ point: { ...point, edge: "B" } });
  });

  it("is sent by the service's coordinates where no point was given, and not at all without any", () => {
    expect(onWay({ ...place, accuracy_m: 300, given: { cell: "C1" } }, "B")).toEqual({
      point: { lon: 110.4495, lat: 29.3462, datum: "WGS84", accuracy_m: 300, edge: "B" },
    });
    expect(onWay({ ...place, point: null }, "B")).toBeNull();
  });
});

describe("a turn on the way", () => {
  const turn = { turn: "left", point: { lon: 110.4, lat: 29.3 }, kind: "stairs", name_zh: "", name_en: "", length_m: 320, climb_m: 80, descent_m: 0, time_s: 540 } as const;

  it("says what to do, onto which way, how far, how high and how long", () => {
    expect(turnWords(turn)).toBe("左转\uff0c走台阶 · 320 米、上升 80 米 · 9 分钟");
    expect(turnWords({ ...turn, name_zh: "好汉坡", name_en: "Heroes' Slope" })).toContain("走好汉坡");
    expect(turnWords({ ...turn, turn: "start" })).toContain("沿台阶");
  });

  it("says it in English by the English name, or the kind of way", () => {
    language.value = "en";
    expect(turnWords(turn)).toBe("Left onto the stairs · 320 m, up 80 m · 9 min");
    expect(turnWords({ ...turn, turn: "sharp_right", name_zh: "好汉坡" })).toContain("Sharp right onto 好汉坡");
    language.value = "zh";
  });
});
