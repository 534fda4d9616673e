// Which notices hold, to whom they go, and when the form says enough.
import { expect, it } from "vitest";
import { audienceWords, complete, holds } from "../src/trade/notice";

const NOW = Date.parse("2026-11-23T02:00:00Z");

it("a notice holds until its time or its end", () => {
  expect(holds({ until: "2026-11-23T02:00:01Z", ended_at: null }, NOW)).toBe(true);
  expect(holds({ until: "2026-11-23T02:00:00Z", ended_at: null }, NOW)).toBe(false);
  expect(holds({ until: "2026-11-23T03:00:00Z", ended_at: "2026-11-23T01:59:00Z" }, NOW)).toBe(false);
});

it("the audience is everybody, or what was chosen by its names", () => {
  const named = (code: string) => `<${code}>`;
  expect(audienceWords({ all: true }, named)).not.toBe("");
  expect(audienceWords({ teams: ["G1"], cells: ["c"], posts: [] }, named)).toMatch(/G1.*<c>/);
});

it("a form says enough with words and somebody to read them", () => {
  expect(complete(" ", { all: true })).toBe(false);
  expect(complete("storm", { all: false, teams: [], cells: [], posts: [] })).toBe(false);
  expect(complete("storm", { all: false, teams: ["G1"], cells: [], posts: [] })).toBe(true);
});
