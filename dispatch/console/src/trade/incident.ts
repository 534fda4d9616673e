// Incidents as a desk reads them: the open ones by priority and age, the closed ones latest first.
import type { Assignment, Incident, Location, Place } from "../api/wire";

/** Open incidents, the most pressing first: by priority, those without one before P3, then the longest waiting. */
export function openInOrder(incidents: Iterable<Incident>): readonly Incident[] {
  return [...incidents].filter(({ status }) => status === "open").sort(byPressure);
}

export function closedInOrder(incidents: Iterable<Incident>): readonly Incident[] {
  return [...incidents].filter(({ status }) => status === "closed").sort((a, b) => b.number - a.number);
}

/** The assignments of one incident in the order they were made. */
export function assignmentsOf(incident: string, assignments: Iterable<Assignment>): readonly Assignment[] {
  return [...assignments]
    .filter((each) => each.incident === incident)
    .sort((a, b) => a.assigned_at.localeCompare(b.assigned_at) || a.unit_code.localeCompare(b.unit_code));
}

/** An incident that waits for its place to be known. */
export function isLocated(incident: Pick<Incident, "place">): boolean {
  return incident.place?.point != null;
}

/** The place again as it was given, now said to be on the way of that code; null while there is no point. */
export function onWay(place: Place | null, edge: string): Location | null {
  if (place?.point == null) return null;
  const given = (place.given as { point?: Location["point"] }).point;
  if (given != null) return { point: { ...given, edge } };
  return { point: { ...place.point, datum: "WGS84", accuracy_m: place.accuracy_m, edge } };
}

function byPressure(a: Incident, b: Incident): number {
  return pressure(a) - pressure(b) || a.number - b.number;
}

/** A report whose type is not known yet may be the worst of them. */
function pressure({ priority }: Incident): number {
  return priority === null ? 2.5 : Number(priority.slice(1));
}
