// Whether somebody will be at the patient in time, before the clock says so: when, who, and who could do better.
import type { Incident } from "../api/wire";
import { Failure } from "../parts/said";
import { useSending } from "../parts/sending";
import { duration, timeOfDay } from "../trade/writing";
import { words } from "../words/language";
import type { Desk } from "./desk";

const SHAPE = { waiting: "▲", in_time: "●", late: "▲", out_of_reach: "■" } as const;

export function OutlookLine({ desk, incident }: { desk: Desk; incident: Incident }) {
  const { outlook } = incident;
  if (outlook === null) return null;
  return (
    <div class={`outlook line ${outlook.state}`}>
      <p class="grows">
        <span aria-hidden="true">{SHAPE[outlook.state]} </span>
        {sentences(outlook).join(" ")}
      </p>
      {desk.acts && outlook.proposed !== null && incident.units.length > 0 && <SendToo desk={desk} incident={incident} proposed={outlook.proposed} />}
    </div>
  );
}

/** Somebody has been sent, and another would be there much sooner, or in time: one press sends it too. */
function SendToo({ desk, incident, proposed }: { desk: Desk; incident: Incident; proposed: NonNullable<Outlook["proposed"]> }) {
  const sending = useSending();
  const order = { unit: proposed.unit, reason: proposalWords(proposed), ...(proposed.taken_from == null ? {} : { take_from: proposed.taken_from }) };
  return (
    <>
      <button type="button" disabled={sending.working} onClick={() => void sending.send(() => desk.assign(incident, order))}>
        {words.value.outlook.sendToo(proposed.code)}
      </button>
      <Failure text={sending.failure} />
    </>
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
