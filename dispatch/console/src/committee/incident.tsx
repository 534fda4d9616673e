// The incident in hand as a committee sees it: the facts, who goes, what it reported itself, and a note to the command centre.
import { useSignal } from "@preact/signals";
import { useId } from "preact/hooks";
import type { Assignment, Incident } from "../api/wire";
import { Facts, Headline } from "../parts/incident_facts";
import { lastTime } from "../parts/incident_row";
import { ReportEntry } from "../parts/report_entry";
import { Failure } from "../parts/said";
import { useSending } from "../parts/sending";
import { now_ms } from "../store/now";
import { isOpen } from "../trade/assignment";
import { assignmentsOf } from "../trade/incident";
import { typeName } from "../trade/naming";
import { shortTime } from "../trade/writing";
import { words } from "../words/language";
import { InHand } from "./in_hand";
import type { CommitteeSeat } from "./seat";
import { Squads } from "./squads";

interface Properties {
  seat: CommitteeSeat;
  incident: Incident;
}

export function IncidentInHand({ seat, incident }: Properties) {
  const say = words.value;
  const assignments = assignmentsOf(incident.id, seat.store.assignments.value.values());
  const reports = seat.reports.value.value?.items.filter((each) => each.incident === incident.id) ?? [];
  return (
    <article aria-label={`${say.incident.number(incident.number)} ${typeName(incident.type)}`}>
      <Headline incident={incident} />
      <Facts incident={incident} />
      {incident.status === "open" && <InHand seat={seat} incident={incident} />}
      <Squads seat={seat} incident={incident} />
      <section>
        <h3>{say.assign.going}</h3>
        {assignments.length === 0 && <p class="hint">{say.committee.nobodyYet}</p>}
        <ul>
          {assignments.map((assignment) => (
            <Sent key={assignment.id} assignment={assignment} />
          ))}
        </ul>
      </section>
      {reports.length > 0 && (
        <section>
          <h3>{say.committee.ownReports}</h3>
          <ol class="reports">
            {reports.map((report) => (
              <ReportEntry key={report.id} report={report} />
            ))}
          </ol>
        </section>
      )}
      <NoteForm seat={seat} incident={incident} />
    </article>
  );
}

function Sent({ assignment }: { assignment: Assignment }) {
  const say = words.value.assignment;
  const coming = isOpen(assignment) && assignment.at_patient_at === null && assignment.eta_s !== null;
  const expected = coming ? Date.parse(assignment.assigned_at) + 1000 * assignment.eta_s! : null;
  return (
    <li class={`line sent ${isOpen(assignment) ? "open" : "ended"}`}>
      <strong class="code">{assignment.unit_code}</strong>
      <span class={`assignment-state ${assignment.state}`}>{say.state[assignment.state]}</span>
      <span class="quiet-text">{lastTime(assignment)}</span>
      {expected !== null && <span>{say.eta(shortTime(expected, now_ms.value))}</span>}
    </li>
  );
}

function NoteForm({ seat, incident }: Properties) {
  const say = words.value;
  const note = useSignal("");
  const noted = useSignal(false);
  const sending = useSending();
  const id = useId();
  const submit = async (event: Event) => {
    event.preventDefault();
    const said = note.value.trim();
    if (said === "") return;
    noted.value = await sending.send(() => seat.note(incident, said));
    if (noted.value) note.value = "";
  };
  return (
    <form class="note" onSubmit={(event) => void submit(event)}>
      <label for={id}>{say.committee.note}</label>
      <div class="line">
        <input
          id={id}
          class="grows"
          maxLength={4000}
          autocomplete="off"
          value={note.value}
          onInput={(event) => {
            note.value = event.currentTarget.value;
            noted.value = false;
          }}
        />
        <button type="submit" disabled={sending.working || note.value.trim() === ""}>
          {sending.working ? say.act.working : say.committee.sendNote}
        </button>
      </div>
      <p class="quiet-text" role="status">
        {noted.value ? say.committee.noted : ""}
      </p>
      <Failure text={sending.failure} />
    </form>
  );
}
