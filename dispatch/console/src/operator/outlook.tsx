// Whether somebody will be at the patient in time, before the clock says so: when, who, and who could do better.
import type { Incident } from "../api/wire";
import { duration, timeOfDay } from "../trade/writing";
import { words } from "../words/language";

const SHAPE = { waiting: "▲", in_time: "●", late: "▲", out_of_reach: "■" } as const;

export function OutlookLine({ incident }: { incident: Incident }) {
  const { outlook } = incident;
  if (outlook === null) return null;
  return (
    <p class={`outlook ${outlook.state}`}>
      <span aria-hidden="true">{SHAPE[outlook.state]} </span>
      {sentences(outlook).join(" ")}
    </p>
  );
}

type Outlook = NonNullable<Incident["outlook"]>;

function sentences(outlook: Outlook): readonly string[] {
  const say = words.value.outlook;
  const parts: string[] = [say.state[outlook.state]];
  if (outlook.expected_at !== null && outlook.expected_unit !== null) {
    parts.push(say.expected(outlook.expected_unit, timeOfDay(outlook.expected_at)));
  }
  if (outlook.proposed !== null) parts.push(proposalWords(outlook.proposed));
  else if (outlook.best_at !== null && outlook.best_at !== outlook.expected_at && outlook.state === "out_of_reach") {
    parts.push(say.best(duration((Date.parse(outlook.best_at) - Date.parse(outlook.at)) / 1000)));
  }
  return parts;
}

/** The unit to send, and from which incident it would have to be taken. */
export function proposalWords({ code, eta_s, taken_from_number }: NonNullable<Outlook["proposed"]>): string {
  const say = words.value.outlook;
  const eta = eta_s === null ? "" : duration(eta_s);
  return taken_from_number == null ? say.couldGo(code, eta) : say.couldBeTaken(code, eta, taken_from_number);
}
