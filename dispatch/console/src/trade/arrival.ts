// A time of day that a crew is asked for afterwards, put on its day.
const HALF_DAY_MS = 43_200_000;

/** The moment of that time of day (of the reader's clock) nearest to the assignment and not after it ended; null where there is none. */
export function onTheDayOf(assigned_at: string, time: string, ended_ms: number): string | null {
  const [hours, minutes, seconds] = time.split(":").map(Number);
  if (hours === undefined || minutes === undefined || Number.isNaN(hours + minutes)) return null;
  const began = Date.parse(assigned_at);
  const moment = new Date(began);
  moment.setHours(hours, minutes, seconds ?? 0, 0);
  if (moment.getTime() < began - HALF_DAY_MS) moment.setDate(moment.getDate() + 1);
  if (moment.getTime() > began + HALF_DAY_MS) moment.setDate(moment.getDate() - 1);
  const at = moment.getTime();
  return at < began || at > ended_ms ? null : moment.toISOString();
}
