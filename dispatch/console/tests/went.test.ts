// One line of who went: a digit is a place in the ranking, more is a unit's code or its end, and any other word names others.
import { describe, expect, it } from "vitest";
import type { Candidate } from "../src/api/wire";
import { ranked, wentSaid } from "../src/trade/went";
import { aUnit } from "./things";

const UNITS = [aUnit({ id: "u53", code: "G5-3" }), aUnit({ id: "u81", code: "G8-1" })];

function candidate(code: string, of: Partial<Candidate> = {}): Candidate {
  return { unit: `id ${code}`, code, eta_s: 60, reason_code: "others_are_sooner_and_enough", ...of } as Candidate;
}

const RANKING = [candidate("G8-1"), candidate("G5-3")];

describe("the ranking", () => {
  it("holds nine at most, none that cannot be timed or is there already", () => {
    const others = Array.from({ length: 12 }, (_, n) => candidate(`X-${n}`));
    const all = [candidate("A", { eta_s: null }), candidate("B", { reason_code: "already_on_this_incident" }), ...others];
    expect(ranked(all).map(({ code }) => code)).toEqual(others.slice(0, 9).map(({ code }) => code));
  });
});

describe("who went", () => {
  it("is a ranked unit by one digit, and nobody by a digit beyond the ranking", () => {
    expect(wentSaid("2", RANKING, UNITS)).toEqual({ units: [{ id: "id G5-3", code: "G5-3" }], name: null, minutesAgo: 0, by: "" });
    expect(wentSaid("3", RANKING, UNITS)).toMatchObject({ units: [], name: null });
  });

  it("is a unit by its code or the end of it, some minutes ago, by word of somebody", () => {
    expect(wentSaid("53 -5 /王队", RANKING, UNITS)).toMatchObject({ units: [{ code: "G5-3" }], name: null, minutesAgo: 5, by: "王队" });
  });

  it("is others by any other name, and nobody while nothing is said", () => {
    expect(wentSaid("民间救援队 -12", RANKING, UNITS)).toMatchObject({ units: [], name: "民间救援队", minutesAgo: 12 });
    expect(wentSaid(" ", RANKING, UNITS)).toMatchObject({ units: [], name: null });
    expect(wentSaid("x", [], [])).toMatchObject({ units: [], name: null });
  });
});
