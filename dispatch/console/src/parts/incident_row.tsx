// One incident of a list: what, where, its clock, how far it is, who is going.
import type { Assignment, Incident } from "../api/wire";
import { now_ms } from "../store/now";
import { isOpen, PROGRESS } from "../trade/assignment";
import { departureName, placeName, typeName } from "../trade/naming";
import { listed, shortTime } from "../trade/writing";
import { nameOf, words } from "../words/language";
import { IncidentClock } from "./clock";
import { LinkMarks } from "./links";
import { ExerciseMark, LateMark, OwnerMark, PriorityMark } from "./marks";
import { ShadowMark } from "./shadow_mark";

interface Properties {
  incident: Incident;
  assignments: readonly Assignment[];
  chosen: boolean;
  onChoose: () => void;
}

export function IncidentRow({ incident, assignments, chosen, onChoose }: Properties) {
  const say = words.value.incident;
  return (
    <button type="button" class="incident" aria-current={chosen ? "true" : undefined} onClick={onChoose}>
      <span class="line">
        <PriorityMark priority={incident.priority} />
        <strong class="grows">{typeName(incident.type)}</strong>
        <ExerciseMark exercise={incident.exercise} />
        <LateMark incident={incident} />
        <ShadowMark incident={incident} />
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
      <LinkMarks incident={incident} />
      <OwnerMark incident={incident} />
      {incident.departures.length > 0 && <span class="quiet-text">{listed(incident.departures.map(departureName))}</span>}
      <Going assignments={assignments.filter((each) => isOpen(each) || incident.status === "closed")} />
    </button>
  );
}

/** Who is going and how far they are. */
export function Going({ assignments }: { assignments: readonly Assignment[] }) {
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
export function lastTime(assignment: Assignment): string {
  const reached = PROGRESS.map(({ time }) => assignment[time]).filter((time) => time !== null);
  const time = assignment.ended_at ?? reached.at(-1) ?? assignment.assigned_at;
  return shortTime(time, now_ms.value);
}

export function stateWords(incident: Incident): string {
  const say = words.value.incident;
  return incident.outcome === null ? say.state[incident.state] : `${say.state[incident.state]} · ${say.outcome[incident.outcome]}`;
}
