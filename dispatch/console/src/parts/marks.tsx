// Small marks that recur: priority, exercise, the state of a unit. Each says in text or shape what its colour says.
import type { Incident, Priority, UnitState } from "../api/wire";
import { nameOf, words } from "../words/language";

export function PriorityMark({ priority }: { priority: Priority | null }) {
  return (
    <span class={`priority ${priority ?? "P0"}`} title={words.value.incident.priority}>
      {priority ?? "P?"}
    </span>
  );
}

export function ExerciseMark({ exercise }: { exercise: string | null }) {
  return exercise === null ? null : <span class="exercise">{words.value.incident.exercise}</span>;
}

/** Which committee has it in hand; nothing where that is the command centre. */
export function OwnerMark({ incident }: { incident: Incident }) {
  return incident.owner === null ? null : <span class="late-mark">{words.value.owner.of(nameOf(incident.owner))}</span>;
}

/** What was entered after its end. */
export function LateMark({ incident }: { incident: Incident }) {
  return incident.entered_late_at === null ? null : <span class="late-mark">{words.value.late.mark}</span>;
}

export const UNIT_SHAPE: Readonly<Record<UnitState, string>> = {
  free: "●",
  busy: "■",
  unavailable: "⊘",
  out_of_contact: "✕",
  no_position: "?",
  off_duty: "–",
};

export function UnitStateMark({ state }: { state: UnitState }) {
  return (
    <span class={`unit-state ${state}`}>
      <span aria-hidden="true">{UNIT_SHAPE[state]} </span>
      {words.value.unit.state[state]}
    </span>
  );
}
