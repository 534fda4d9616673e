// When a crew was at the patient, told afterwards.
import { describe, expect, it } from "vitest";
import { onTheDayOf } from "../src/trade/arrival";
import { nearPatient, withPresses, type Press } from "../src/trade/press";
import { anOrder } from "./things";

const local = (text: string) => new Date(text).toISOString();

describe("a time of day that a crew is asked for", () => {
  const assigned = local("2026-11-23T23:50:00");
  const ended = Date.parse(local("2026-11-24T01:30:00"));
  it("is of the day of the assignment, or of the next where that was at night", () => {
    expect(onTheDayOf(assigned, "23:58", ended)).toBe(local("2026-11-23T23:58:00"));
    expect(onTheDayOf(assigned, "00:12:30", ended)).toBe(local("2026-11-24T00:12:30"));
  });
  it("is none before the assignment, after its end, or while it is not written out", () => {
    for (const time of ["23:49", "01:31", "", "2", "ab:cd"]) expect(onTheDayOf(assigned, time, ended)).toBeNull();
  });
});

describe("what a position proposes", () => {
  const near = "2026-11-23T02:05:00Z";
  it("stands until the time at the patient is known", () => {
    expect(nearPatient(anOrder({ near_patient_at: near }))).toEqual({ channel: "position", happened_at: near });
    expect(nearPatient(anOrder())).toBeNull();
    expect(nearPatient(anOrder({ near_patient_at: near, at_patient_at: near }))).toBeNull();
  });
  it("is shown with its own time as soon as it is confirmed", () => {
    const told = { channel: "position", happened_at: near } as const;
    const order = anOrder({ state: "on_scene", near_patient_at: near });
    const at = "2026-11-23T02:09:00Z";
    const press: Press = { n: 1, id: "1", assignment: order.id, step: "at_patient", note: null, told, device_at: at, at, fate: "waiting", said: null };
    expect(withPresses(order, [press])).toMatchObject({ state: "at_patient", at_patient_at: near });
  });
});
