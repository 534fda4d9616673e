// Alarms as a desk reads them: for each order the highest that stands, those that sound first, then the oldest.
import type { Alarm } from "../api/wire";

/** The ladder of a new order: who missed a later rung need not be told of the earlier ones. */
const RUNGS: readonly Alarm["what"][] = ["undelivered", "unalarmed", "unacknowledged"];

/** What stands, the most pressing first; exercises last. */
export function standing(alarms: Iterable<Alarm>): readonly Alarm[] {
  const all = [...alarms].filter(({ ended_at }) => ended_at === null);
  return all.filter((each) => !all.some((other) => isAbove(other, each))).sort(byPressure);
}

/** How far the order has got by the second channel, by whichever of its alarms. */
export function bySecondChannel(of: Alarm, alarms: Iterable<Alarm>): Alarm["second_channel"] {
  const ways = [...alarms].filter(({ assignment }) => assignment !== null && assignment === of.assignment);
  return ways.map(({ second_channel }) => second_channel).find((way) => way !== "none") ?? "none";
}

function isAbove(other: Alarm, each: Alarm): boolean {
  const [theirs, mine] = [RUNGS.indexOf(other.what), RUNGS.indexOf(each.what)];
  return other.assignment === each.assignment && mine >= 0 && theirs > mine;
}

function byPressure(a: Alarm, b: Alarm): number {
  return pressure(a) - pressure(b) || a.due_at.localeCompare(b.due_at) || a.id.localeCompare(b.id);
}

function pressure({ sounds, exercise }: Alarm): number {
  return (exercise === null ? 0 : 2) + (sounds ? 0 : 1);
}
