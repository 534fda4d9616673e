// When a closure applies: its reader's corrected clock says so, for nothing is sent as a window begins or ends by itself.
import type { Closure, NewClosure } from "../api/wire";
import { words } from "../words/language";
import { duration, shortTime } from "./writing";

export type Standing = "coming" | "in_force" | "over";
export type ClosureMode = Closure["mode"];

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

/** Those in force, the latest first, then those to come, the next first. */
export function notOver(closures: readonly Closure[], now_ms: number): Closure[] {
  const of = (wanted: Standing) => closures.filter((each) => standing(each, now_ms) === wanted);
  const begins = (one: Closure, other: Closure) => Date.parse(one.from) - Date.parse(other.from);
  return [...of("in_force").sort((one, other) => begins(other, one)), ...of("coming").sort(begins)];
}

/** What happens to the ways, and for whom if not for all: `封闭`, `缓行 ×2(车辆)`. */
export function closureWhat(closure: Closure): string {
  const say = words.value.ways;
  const how = { shut: "", slow: `×${closure.factor ?? ""}`, one_way: closure.direction === null ? "" : say.direction[closure.direction], on_request: duration(closure.delay_s ?? 0) };
  const whom = closure.layer === "both" ? "" : say.layer[closure.layer];
  return [say.mode[closure.mode], how[closure.mode], whom].filter((part) => part !== "").join(" · ");
}

/** From when to when, as far as that is known. */
export function closureWhen(closure: Closure, now_ms: number): string {
  const say = words.value.ways;
  const from = shortTime(closure.from, now_ms);
  return closure.until === null ? say.since(from) : say.during(from, shortTime(closure.until, now_ms));
}

/** What somebody has filled in to close a way. */
export interface Filled {
  readonly edge: string | null;
  readonly kind: NonNullable<NewClosure["kind"]> | null;
  readonly mode: ClosureMode;
  readonly layer: Closure["layer"];
  readonly factor: number;
  readonly direction: NonNullable<Closure["direction"]>;
  readonly delay_min: number;
  readonly hours: number | null;
  readonly reason: string;
}

/** The request for it, with what its mode needs and nothing else; null while something is missing. */
export function newClosure(form: Filled, now_ms: number): Omit<NewClosure, "id"> | null {
  const reason = form.reason.trim();
  if (reason === "" || (form.edge === null && form.kind === null)) return null;
  if ((form.mode === "slow" && !(form.factor >= 1)) || (form.mode === "on_request" && !(form.delay_min >= 0))) return null;
  return {
    ...(form.edge === null ? { kind: form.kind } : { edges: [form.edge] }),
    mode: form.mode,
    layer: form.layer,
    ...(form.mode === "slow" ? { factor: form.factor } : {}),
    ...(form.mode === "one_way" ? { direction: form.direction } : {}),
    ...(form.mode === "on_request" ? { delay_s: Math.round(form.delay_min * 60) } : {}),
    ...(form.hours === null ? {} : { until: new Date(now_ms + form.hours * 3_600_000).toISOString() }),
    reason,
  };
}
