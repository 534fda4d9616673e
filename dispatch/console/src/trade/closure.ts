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

/** `shut` to everybody, or `limited`: slower, one way, on request, or for some only. */
export type Closed = "shut" | "limited";

/** How each edge that is not open to all is closed at the instant; of two closures the harder one counts. */
export function closedEdges(closures: Iterable<Closure>, now_ms: number): ReadonlyMap<string, Closed> {
  const closed = new Map<string, Closed>();
  for (const closure of closures) {
    if (standing(closure, now_ms) !== "in_force") continue;
    const how = closure.mode === "shut" && closure.layer === "both" ? "shut" : "limited";
    for (const edge of closure.edges) if (closed.get(edge) !== "shut") closed.set(edge, how);
  }
  return closed;
}
