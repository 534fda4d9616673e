// What may follow what for an assignment, by the service's own table, and what a crew's queued presses will make of it.
import type { Assignment, AssignmentState, AssignmentStepName } from "../api/wire";
import table from "./assignment_steps.json";

const TABLE: Readonly<Record<string, Readonly<Record<string, string>>>> = table;

/** The way an assignment goes, each state with its step. */
export const PROGRESS = [
  { step: "acknowledge", state: "acknowledged", time: "acknowledged_at" },
  { step: "en_route", state: "en_route", time: "en_route_at" },
  { step: "on_scene", state: "on_scene", time: "on_scene_at" },
  { step: "at_patient", state: "at_patient", time: "at_patient_at" },
  { step: "moving", state: "moving", time: "moving_at" },
  { step: "handed_over", state: "handed_over", time: "handed_over_at" },
] as const satisfies readonly { step: AssignmentStepName; state: AssignmentState; time: keyof Assignment }[];

export type ProgressStep = (typeof PROGRESS)[number]["step"];

/** The times of an assignment in the order they come. */
export const TIMES = [
  "assigned_at",
  "delivered_at",
  "alarmed_at",
  ...PROGRESS.map((each) => each.time),
  "ended_at",
] as const satisfies readonly (keyof Assignment)[];

const ENDED: ReadonlySet<AssignmentState> = new Set(["cleared", "declined", "timed_out", "revoked"]);

export function isOpen(assignment: Pick<Assignment, "state">): boolean {
  return !ENDED.has(assignment.state);
}

export function mayFollow(state: AssignmentState, step: AssignmentStepName): boolean {
  return TABLE[state]?.[step] !== undefined;
}

/** The state after a step; where the table has none, the state as it was: the service will refuse the step. */
export function afterStep(state: AssignmentState, step: AssignmentStepName): AssignmentState {
  return (TABLE[state]?.[step] as AssignmentState | undefined) ?? state;
}

/** The steps still ahead on the way, in order. */
export function stepsAhead(state: AssignmentState): readonly ProgressStep[] {
  return PROGRESS.filter(({ step }) => mayFollow(state, step)).map(({ step }) => step);
}
