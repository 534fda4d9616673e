// Which alarms a desk is shown, and in which order.
import { describe, expect, it } from "vitest";
import { bySecondChannel, standing } from "../src/trade/alarm";
import { anAlarm } from "./things";

const undelivered = anAlarm({ id: "a", what: "undelivered", sounds: false, second_channel: "sent", due_at: "2026-11-23T02:01:05Z" });
const unacknowledged = anAlarm({ id: "b", what: "unacknowledged" });

describe("the alarms of a desk", () => {
  it("show of one order the highest rung that stands", () => {
    expect(standing([undelivered, unacknowledged])).toEqual([unacknowledged]);
    expect(standing([undelivered, { ...unacknowledged, ended_at: "2026-11-23T02:02:00Z" }])).toEqual([undelivered]);
  });

  it("show another order's rung beside it, and what is no rung of a new order", () => {
    const other = { ...undelivered, id: "c", assignment: "another" };
    const silent = anAlarm({ id: "d", what: "no_check_in" });
    expect(standing([undelivered, other, unacknowledged, silent])).toEqual([unacknowledged, silent, other]);
  });

  it("put what calls for somebody first, then the oldest, exercises last", () => {
    const old = anAlarm({ id: "e", assignment: "e", due_at: "2026-11-23T01:00:00Z" });
    const drill = anAlarm({ id: "f", assignment: "f", exercise: "x", due_at: "2026-11-23T00:00:00Z" });
    const quiet = { ...undelivered, id: "g", assignment: "g" };
    expect(standing([drill, quiet, unacknowledged, old]).map(({ id }) => id)).toEqual(["e", "b", "g", "f"]);
  });

  it("tell of the second channel whichever alarm of the order it went out with", () => {
    expect(bySecondChannel(unacknowledged, [undelivered, unacknowledged])).toBe("sent");
    expect(bySecondChannel({ ...unacknowledged, assignment: "another" }, [undelivered])).toBe("none");
  });
});
