// Times written down while the system was down: a day and hours of it, in the area's own time, become instants.
import type { Refusal } from "../api/client";

/** `1403`, `14:03`, `140322`, `14:03:22` as hours, minutes, seconds; null where it is no time of day. */
export function timeOf(typed: string): readonly [number, number, number] | null {
  const match = /^(\d{1,2})[:：]?(\d{2})(?:[:：]?(\d{2}))?$/.exec(typed.trim());
  if (match === null) return null;
  const [hours, minutes, seconds] = [Number(match[1]), Number(match[2]), Number(match[3] ?? 0)];
  return hours < 24 && minutes < 60 && seconds < 60 ? [hours, minutes, seconds] : null;
}

const HALF_A_DAY_MS = 12 * 3_600_000;

/**
 * The instant of a time of day in the zone. One that lies more than half a day before `after` is meant on the next day:
 * an incident may run past midnight.
 */
export function instantOf(day: string, typed: string, zone: string, after: string | null = null): string | null {
  const time = timeOf(typed);
  const date = /^(\d{4})-(\d{2})-(\d{2})$/.exec(day);
  if (time === null || date === null) return null;
  const wall_ms = Date.UTC(Number(date[1]), Number(date[2]) - 1, Number(date[3]), ...time);
  const instant_ms = wall_ms - offset_ms(wall_ms - offset_ms(wall_ms, zone), zone);
  const next = after !== null && Date.parse(after) - instant_ms > HALF_A_DAY_MS;
  return new Date(instant_ms + (next ? 2 * HALF_A_DAY_MS : 0)).toISOString();
}

/** The day of an instant in the zone, as `2026-11-23`. */
export function dayOf(instant_ms: number, zone: string): string {
  return new Date(instant_ms + offset_ms(instant_ms, zone)).toISOString().slice(0, 10);
}

/** By how much the zone's clocks are ahead of UTC at an instant. */
function offset_ms(instant_ms: number, zone: string): number {
  const parts = new Intl.DateTimeFormat("en-US", {
    timeZone: zone,
    hourCycle: "h23",
    year: "numeric",
    month: "numeric",
    day: "numeric",
    hour: "numeric",
    minute: "numeric",
    second: "numeric",
  }).formatToParts(instant_ms);
  const of = (type: string) => Number(parts.find((part) => part.type === type)?.value);
  return Date.UTC(of("year"), of("month") - 1, of("day"), of("hour"), of("minute"), of("second")) - Math.floor(instant_ms / 1000) * 1000;
}

/** What is wrong with each field, as the service says it. */
export function faultsOf(refusal: Refusal): Readonly<Record<string, string>> {
  const fields = refusal.detail["fields"] as Record<string, string> | undefined;
  return fields ?? (refusal.field === undefined ? {} : { [refusal.field]: refusal.message });
}
