// When a closure applies: its reader's corrected clock says so, for nothing is sent as a window begins or ends by itself.
import type { Closure } from "../api/wire";

export type Standing = "coming" | "in_force" | "over";

export function standing(closure: Closure, now_ms: number): Standing {
  if (over_ms(closure) <= now_ms) return "over";
  return Date.parse(closure.from) <= now_ms ? "in_force" : "coming";
}

/** When it is over, or was ended; infinite while nobody has said. */
export function over_ms(closure: Closure): number {
  const ends = [closure.until, closure.ended_at].map((moment) => (moment === null ? Infinity : Date.parse(moment)));
  return Math.min(...ends);
}
