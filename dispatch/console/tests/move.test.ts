// How far a move-up is, and what may be said of it next.
import { expect, it } from "vitest";
import { crewSteps, moveState } from "../src/trade/move";

const ORDERED = { acknowledged_at: null, en_route_at: null, there_at: null };
const AT = "2026-11-23T02:00:00Z";

it("a move is as far as the last thing said of it", () => {
  expect(moveState(ORDERED)).toEqual("ordered");
  expect(moveState({ ...ORDERED, acknowledged_at: AT })).toEqual("acknowledged");
  expect(moveState({ ...ORDERED, en_route_at: AT })).toEqual("en_route");
  expect(moveState({ ...ORDERED, there_at: AT })).toEqual("there");
});

it("what may be said next begins with the next step, and who is there can only go back", () => {
  expect(crewSteps(ORDERED)).toEqual(["acknowledge", "en_route", "there", "decline"]);
  expect(crewSteps({ ...ORDERED, en_route_at: AT })).toEqual(["there", "decline"]);
  expect(crewSteps({ ...ORDERED, en_route_at: AT, there_at: AT })).toEqual(["back"]);
});
