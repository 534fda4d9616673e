// Times of a day as people write them down become instants of the area's own time.
import { describe, expect, it } from "vitest";
import { Refusal } from "../src/api/client";
import { dayOf, faultsOf, instantOf, timeOf } from "../src/trade/late";

const ZONE = "Asia/Shanghai";

describe("a time of day", () => {
  it("is read with or without colons and seconds", () => {
    expect(["1403", "14:03", "9:05", "140322", "14：03"].map(timeOf)).toEqual([[14, 3, 0], [14, 3, 0], [9, 5, 0], [14, 3, 22], [14, 3, 0]]);
  });

  it("is none when no clock shows it", () => {
    expect(["", "2460", "25:00", "14:3", "soon"].map(timeOf)).toEqual([null, null, null, null, null]);
  });

  it("is an instant in the area's zone, whatever the zone of the desk", () => {
    expect(instantOf("2026-11-23", "10:00", ZONE)).toBe("2026-11-23T02:00:00.000Z");
    expect(instantOf("2026-07-01", "10:00", "Europe/Andorra")).toBe("2026-07-01T08:00:00.000Z");
    expect(instantOf("2026-12-01", "10:00", "Europe/Andorra")).toBe("2026-12-01T09:00:00.000Z");
    expect(dayOf(Date.parse("2026-11-22T17:00:00Z"), ZONE)).toBe("2026-11-23");
  });

  it("is of the next day where midnight lies between", () => {
    const reported = instantOf("2026-11-23", "2340", ZONE)!;
    expect(instantOf("2026-11-23", "0010", ZONE, reported)).toBe("2026-11-23T16:10:00.000Z");
    expect(instantOf("2026-11-23", "2335", ZONE, reported)).toBe("2026-11-23T15:35:00.000Z");
  });
});

describe("what the service refuses", () => {
  it("is told of each field", () => {
    const fields = { "units.0.moving_at": "…" };
    expect(faultsOf(new Refusal(422, { error: "impossible_times", detail: { fields } }))).toEqual(fields);
    expect(faultsOf(new Refusal(400, { error: "missing", message: "m", field: "to" }))).toEqual({ to: "m" });
  });
});
