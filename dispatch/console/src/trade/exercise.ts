// An exercise as a span of time.
import type { Exercise } from "../api/wire";

export type ExercisePhase = "to_begin" | "running" | "over";

/** A clock a little behind the service's does not make an exercise that has just begun one to begin. */
const CLOCKS_APART_MS = 2_000;

export function phaseOf({ starts_at, ends_at }: Pick<Exercise, "starts_at" | "ends_at">, at_ms: number): ExercisePhase {
  if (ends_at !== null && Date.parse(ends_at) <= at_ms + CLOCKS_APART_MS) return "over";
  return Date.parse(starts_at) > at_ms + CLOCKS_APART_MS ? "to_begin" : "running";
}
