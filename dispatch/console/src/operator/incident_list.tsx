// The incidents: the open ones with running clocks, the closed ones on request, each saying who is going and how far they are.
import { useSignal } from "@preact/signals";
import type { Assignment, Incident } from "../api/wire";
import { IncidentClock } from "../parts/clock";
import { ExerciseMark, PriorityMark } from "../parts/marks";
import { now_ms } from "../store/now";
import { isOpen, PROGRESS } from "../trade/assignment";
import { assignmentsOf, closedInOrder, openInOrder } from "../trade/incident";
import { placeName, typeName } from "../trade/naming";
import { shortTime } from "../trade/writing";
import { nameOf, words } from "../words/language";
import type { Desk } from "./desk";

export function IncidentList({ desk }: { desk: Desk }) {
  const closedToo = useSignal(false);
  const say = words.value;
  const all = desk.store.incidents.value.values();
  const open = openInOrder(all);
  const closed = closedInOrder(desk.store.incidents.value.values());
  const shown = closedToo.value ? closed : open;
  return (
    <nav class="incidents" aria-label={say.incident.list}>
      <div class="list-head">
        {desk.acts && (
          <button type="button" class="primary" onClick={() => desk.takeCall()}>
            + {say.call.start}
          </button>
        )}
        <div class="switch" role="group" aria-label={say.incident.list}>
          <button type="button" aria-pressed={!closedToo.value} onClick={() => (closedToo.value = false)}>
            {say.incident.open(open.length)}
          </button>
          <button
            type="button"
            aria-pressed={closedToo.value}
            onClick={() => {
              closedToo.value = true;
              void desk.readClosed().catch(() => undefined);
            }}
          >
            {say.incident.closed(closed.length)}
          </button>
        </div>
      </div>
      <ol class="scrolls">
        {shown.map((incident) => (
          <li key={incident.id}>
            <IncidentRow desk={desk} incident={incident} />
          </li>
        ))}
        {shown.length === 0 && desk.everLive.value && (
          <li class="hint">{closedToo.value ? say.incident.noneClosed : say.incident.noneOpen}</li>
        )}
      </ol>
    </nav>
  );
}

function IncidentRow({ desk, incident }: { desk: Desk; incident: Incident }) {
  const chosen = desk.chosen.value === incident.id && !desk.calling.value;
  const say = words.value.incident;
  const assignments = assignmentsOf(incident.id, desk.store.assignments.value.values());
  return (
    <button type="button" class="incident" aria-current={chosen ? "true" : undefined} onClick={() => desk.choose(incident.id)}>
      <span class="line">
        <PriorityMark priority={incident.priority} />
        <strong class="grows">{typeName(incident.type)}</strong>
        <ExerciseMark exercise={incident.exercise} />
        <span class="number">{say.number(incident.number)}</span>
      </span>
      <span class="line where">
        <span class="grows">{placeName(incident.place)}</span>
        {incident.cell !== null && <span class="quiet-text">{nameOf(incident.cell)}</span>}
      </span>
      <IncidentClock incident={incident} />
      <span class="line">
        <span class={`incident-state ${incident.state}`}>{stateWords(incident)}</span>
        <span class="quiet-text">
          {say.reportedAt} {shortTime(incident.clock.reported_at, now_ms.value)}
        </span>
      </span>
      <Going assignments={assignments.filter((each) => isOpen(each) || incident.status === "closed")} />
    </button>
  );
}

function Going({ assignments }: { assignments: readonly Assignment[] }) {
  if (assignments.length === 0) return null;
  return (
    <ul class="going">
      {assignments.map((assignment) => (
        <li key={assignment.id}>
          <strong>{assignment.unit_code}</strong> {words.value.assignment.state[assignment.state]}{" "}
          <span class="quiet-text">{lastTime(assignment)}</span>
          {isOpen(assignment) && assignment.help_asked_at !== null && (
            <strong class="help-mark">
              ▲ {words.value.assignment.step.need_help} {shortTime(assignment.help_asked_at, now_ms.value)}
            </strong>
          )}
        </li>
      ))}
    </ul>
  );
}

/** When the unit took its present step. */
function lastTime(assignment: Assignment): string {
  const reached = PROGRESS.map(({ time }) => assignment[time]).filter((time) => time !== null);
  const time = assignment.ended_at ?? reached.at(-1) ?? assignment.assigned_at;
  return shortTime(time, now_ms.value);
}

export function stateWords(incident: Incident): string {
  const say = words.value.incident;
  return incident.outcome === null ? say.state[incident.state] : `${say.state[incident.state]} · ${say.outcome[incident.outcome]}`;
}
