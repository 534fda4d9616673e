// The own way to the patient as it was read, kept with the order and the place it leads to, and what is closed on it.
import type { Closure, Leg, Order, Route, RouteLeg } from "../api/wire";
import { notOver, standing } from "./closure";

/** The way to where an order leads: as it was first read, and as it was read last. */
export interface OwnRoute {
  readonly to: string;
  readonly first: Route;
  readonly last: Route;
}

/** What tells one place of an order from another; null while the order has none on the map. */
export function placeOf(order: Order): string | null {
  const point = order.place?.point;
  return point == null ? null : `${order.id} ${point.lon} ${point.lat}`;
}

/** What has been read, now also this; a way that could be taken is remembered until the order or its place changes. */
export function withRead(kept: OwnRoute | null, to: string, read: Route): OwnRoute {
  const same = kept !== null && kept.to === to && kept.first.legs.length > 0;
  return { to, first: same ? kept.first : read, last: read };
}

/** What an order's crew is shown of its way. */
export interface ShownWay {
  readonly legs: readonly (Leg | RouteLeg)[];
  /** When these legs were worked out; null: with the order, and nobody has looked since what has been closed. */
  readonly at: string | null;
  /** Why there is no way any more, read at `noneAt`; the legs are then those that were once right. */
  readonly none: string | null;
  readonly noneAt: string | null;
  /** When somebody who takes these legs is there; null where nobody can. */
  readonly there_ms: number | null;
  /** Closures in force of what the way first read went over and this one avoids. */
  readonly avoided: readonly Closure[];
}

export function shownWay(order: Order, kept: OwnRoute | null, closures: readonly Closure[], now_ms: number): ShownWay {
  if (kept === null || kept.to !== placeOf(order)) {
    const there_ms = order.eta_s === null ? null : Date.parse(order.assigned_at) + order.eta_s * 1000;
    return { legs: order.legs, at: null, none: null, noneAt: null, there_ms, avoided: [] };
  }
  const { first, last } = kept;
  if (last.legs.length === 0 && last.reason !== null) {
    const once = first.legs.length > 0;
    return { legs: once ? first.legs : order.legs, at: once ? first.at : null, none: last.reason, noneAt: last.at, there_ms: null, avoided: [] };
  }
  const now = edgesOf(last.legs);
  const once = aheadOf(first, now);
  const avoided = notOver(closures, now_ms).filter((each) => standing(each, now_ms) === "in_force" && meets(each, once) && !meets(each, now));
  const takes_s = order.en_route_at === null ? last.eta_s : last.travel_s;
  const there_ms = takes_s === null ? null : Date.parse(last.at) + takes_s * 1000;
  return { legs: last.legs, at: last.at, none: null, noneAt: null, there_ms, avoided };
}

/** What was still to be gone of the way first read, from where the present one begins on it; all of it where it does not. */
function aheadOf(first: Route, now: ReadonlySet<string>): ReadonlySet<string> {
  const edges = [...edgesOf(first.legs)];
  const [begins] = now;
  return new Set(edges.slice(Math.max(0, begins === undefined ? 0 : edges.indexOf(begins))));
}

/** The codes of the edges that legs follow, as far as the legs say. */
export function edgesOf(legs: readonly (Leg | RouteLeg)[]): ReadonlySet<string> {
  return new Set(legs.flatMap((leg) => ("edges" in leg ? leg.edges : [])));
}

export function meets(closure: Closure, edges: ReadonlySet<string>): boolean {
  return closure.edges.some((edge) => edges.has(edge));
}

/** What is closed now on one leg. */
export function closedOn(leg: Leg | RouteLeg, closures: readonly Closure[], now_ms: number): readonly Closure[] {
  const edges = edgesOf([leg]);
  return closures.filter((each) => standing(each, now_ms) === "in_force" && meets(each, edges));
}
