// Which units' ways are drawn to the incident in hand: those under way, and the one that is weighed.
import type { Assignment, Candidate, Incident, Route, RouteLeg } from "../api/wire";
import { isOpen } from "./assignment";

export interface WantedRoute {
  readonly incident: string;
  readonly unit: string;
  readonly unit_code: string;
  /** Whether the unit has been sent; else it is only weighed. */
  readonly sent: boolean;
}

const ON_THE_WAY: ReadonlySet<Assignment["state"]> = new Set(["assigned", "acknowledged", "en_route", "on_scene"]);

/** More ways than these hide each other. */
const MOST_ADVISED = 3;

/** The units sent that are not yet at the patient, then the candidate looked at, else those advised. */
export function wantedRoutes(
  incident: Incident | null,
  assignments: readonly Assignment[],
  candidates: readonly Candidate[],
  looked: string | null,
): readonly WantedRoute[] {
  if (incident === null || incident.status !== "open" || incident.place?.point == null) return [];
  const sent = assignments
    .filter((each) => each.kind === "incident" && isOpen(each) && ON_THE_WAY.has(each.state))
    .map(({ unit, unit_code }) => ({ incident: incident.id, unit, unit_code, sent: true }));
  const one = candidates.filter(({ unit }) => unit === looked);
  const weighed = one.length > 0 ? one : candidates.filter(({ chosen }) => chosen).slice(0, MOST_ADVISED);
  const more = weighed
    .filter((each) => each.eta_s !== null && !sent.some(({ unit }) => unit === each.unit))
    .map(({ unit, code }) => ({ incident: incident.id, unit, unit_code: code, sent: false }));
  return [...sent, ...more];
}

export type LineMode = "drive" | "walk" | "lift" | "off_network";

/** How a leg is drawn; null for one on which nobody moves. */
export function lineMode(leg: Pick<RouteLeg, "mode" | "line">): LineMode | null {
  if (leg.line.length < 2) return null;
  switch (leg.mode) {
    case "drive":
    case "walk":
    case "off_network":
      return leg.mode;
    case "cableway":
    case "lift":
    case "rail":
      return "lift";
    default:
      return null;
  }
}

/** West, south, east, north of everything on the routes. */
export function boundsOf(points: Iterable<readonly [number, number]>): readonly [number, number, number, number] | null {
  let [west, south, east, north] = [Infinity, Infinity, -Infinity, -Infinity];
  for (const [lon, lat] of points) {
    [west, east] = [Math.min(west, lon), Math.max(east, lon)];
    [south, north] = [Math.min(south, lat), Math.max(north, lat)];
  }
  return west > east ? null : [west, south, east, north];
}

export function pointsOf(routes: readonly Pick<Route, "legs">[]): readonly (readonly [number, number])[] {
  return routes.flatMap(({ legs }) => legs.flatMap(({ line }) => line as [number, number][]));
}
