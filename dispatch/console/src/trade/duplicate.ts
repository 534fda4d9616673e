// What a report being typed is compared by, and what makes a known incident look like it.
import type { Duplicate, Location } from "../api/wire";
import { words } from "../words/language";
import { duration, length } from "./writing";

/** The question to the service; null while nothing is known that could tell. */
export function similarPath(type: string | null, location: Location | null, phone: string): string | null {
  const query = new URLSearchParams();
  if (type !== null) query.set("type", type);
  if (phone.trim().length >= 7) query.set("phone", phone.trim());
  const { point, call_point, cell, place } = location ?? {};
  if (point != null) {
    query.set("lon", String(point.lon));
    query.set("lat", String(point.lat));
    query.set("datum", point.datum);
  } else if (call_point != null) query.set("call_point", call_point);
  else if (cell != null) query.set("cell", cell);
  else if (place != null) query.set("place", place);
  return query.size === 0 ? null : `/api/reports/similar?${query}`;
}

/** Why it is a candidate: the same caller, how the types compare, how far it is on foot. */
export function signs(duplicate: Duplicate): string {
  const say = words.value.link;
  const away =
    duplicate.travel_s !== null
      ? [say.onFoot(duration(duplicate.travel_s))]
      : duplicate.distance_m === null
        ? []
        : [say.away(length(duplicate.distance_m))];
  return [...(duplicate.same_caller ? [say.sameCaller] : []), say.likeness[duplicate.likeness], ...away].join(" · ");
}
