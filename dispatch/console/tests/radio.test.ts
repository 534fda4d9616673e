// A line typed while somebody speaks is a unit, a step or a place, who said it, and by which channel.
import { beforeEach, describe, expect, it } from "vitest";
import { heard, KEYS, orderOf } from "../src/trade/radio";
import { language } from "../src/words/language";
import { anOrder, aUnit } from "./things";

const UNITS = ["G5-3", "G5-2", "G1-3"].map((code) => aUnit({ code, id: `00000000-0000-4000-8000-0000000000${code.replace(/\D/g, "")}` }));

function said(line: string) {
  const { units, ...rest } = heard(line, UNITS);
  return { units: units.map(({ code }) => code), ...rest };
}

beforeEach(() => {
  language.value = "zh";
});

describe("what is heard", () => {
  it("is a step of the unit, said by the unit itself over the radio", () => {
    expect(said("53 4")).toEqual({ units: ["G5-3"], step: "at_patient", place: null, note: "", by: "G5-3", channel: "radio" });
    expect(said("G5-3 4")).toEqual(said("g53 P"));
  });

  it("says who said it, what, and that it came by telephone", () => {
    expect(said("53 9 要担架 两副 /王队 老李")).toMatchObject({ step: "need_help", note: "要担架 两副", by: "王队 老李", channel: "radio" });
    expect(said("电话 52 2 /王队")).toMatchObject({ units: ["G5-2"], step: "en_route", by: "王队", channel: "phone" });
    expect(said("52 tel 0")).toMatchObject({ step: "clear", note: "", channel: "phone" });
  });

  it("is a step by the beginning of its name too", () => {
    expect(said("53 归队").step).toBe("clear");
    language.value = "en";
    expect(said("53 handed").step).toBe("handed_over");
  });

  it("is a place after @", () => {
    expect(said("53 @Back Garden /Wang")).toMatchObject({ step: null, place: "Back Garden", by: "Wang", note: "" });
    expect(said("53 @")).toMatchObject({ step: null, place: null });
  });

  it("is not yet anything while the unit may be several, none, or the step unknown", () => {
    expect(said("3 4").units).toEqual(["G5-3", "G1-3"]);
    expect(said("3 4").by).toBe("");
    expect(said("99 4").units).toEqual([]);
    expect(said("- 4").units).toEqual([]);
    expect(said("53 zz").step).toBeNull();
    expect(said("").units).toEqual([]);
  });

  it("has a key of its own for every step", () => {
    const keys = KEYS.flatMap((each) => [...each.keys]);
    expect(new Set(keys).size).toBe(keys.length);
  });
});

describe("the order it is of", () => {
  const [unit] = UNITS as [(typeof UNITS)[0]];
  const order = anOrder({ unit: unit.id });

  it("is the open one that may take the step", () => {
    expect(orderOf(unit, "at_patient", [order])?.id).toBe(order.id);
    expect(orderOf(unit, "at_patient", [{ ...order, state: "cleared" }])).toBeNull();
    expect(orderOf(unit, "acknowledge", [{ ...order, state: "moving" }])).toBeNull();
    expect(orderOf(UNITS[1]!, "at_patient", [order])).toBeNull();
  });

  it("is the incident's before one that waits", () => {
    const next = { ...order, id: "next", kind: "next" as const };
    expect(orderOf(unit, "note", [next, order])?.id).toBe(order.id);
  });
});
