// What a call being typed is compared by, and what is said of the incidents it may repeat.
import { describe, expect, it } from "vitest";
import type { Duplicate } from "../src/api/wire";
import { signs, similarPath } from "../src/trade/duplicate";
import { language } from "../src/words/language";

const LIKE: Duplicate = {
  incident: "00000000-0000-4000-8000-000000000001",
  number: 1,
  type: null,
  priority: null,
  status: "open",
  place: null,
  cell: null,
  last_report_at: "2026-11-23T02:00:00Z",
  travel_s: 120,
  distance_m: 80,
  likeness: "kin",
  same_caller: false,
};

describe("what a call is compared by", () => {
  it("is nothing while nothing is known, and never half a telephone number", () => {
    expect(similarPath(null, null, "")).toBeNull();
    expect(similarPath(null, null, "0744")).toBeNull();
  });

  it("is the type, the place as it was given, and the number", () => {
    expect(similarPath("TRA-FX", { place: "后花园" }, " 0744-555-0133 ")).toBe(
      `/api/reports/similar?type=TRA-FX&phone=0744-555-0133&place=${encodeURIComponent("后花园")}`,
    );
    expect(similarPath(null, { point: { lon: 110.45, lat: 29.34, datum: "GCJ02" } }, "")).toBe("/api/reports/similar?lon=110.45&lat=29.34&datum=GCJ02");
  });
});

describe("what makes an incident look the same", () => {
  it("is said with how far it is on foot, or through the air where nobody can walk", () => {
    language.value = "en";
    expect(signs(LIKE)).toBe("kindred type · 2 min on foot");
    expect(signs({ ...LIKE, travel_s: null, same_caller: true })).toBe("same number · kindred type · 80 m off");
  });
});
