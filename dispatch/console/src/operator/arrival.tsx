// When the unit was at the patient, where nobody has pressed it: what its position proposes or the crew is asked for, confirmed with one key.
import { useSignal } from "@preact/signals";
import { useId } from "preact/hooks";
import type { Assignment, AssignmentStep } from "../api/wire";
import { Failure } from "../parts/said";
import { useSending } from "../parts/sending";
import { isOpen, mayFollow } from "../trade/assignment";
import { nearPatient, type Told } from "../trade/press";
import { onTheDayOf } from "../trade/arrival";
import { timeOfDay } from "../trade/writing";
import { words } from "../words/language";
import type { Desk, Without } from "./desk";

export function Arrival({ desk, assignment }: { desk: Desk; assignment: Assignment }) {
  const say = words.value.assignment.arrival;
  const sending = useSending();
  const id = useId();
  const time = useSignal("");
  const near = nearPatient(assignment);
  const asked = assignment.state === "cleared" && assignment.at_patient_at === null;
  if (!desk.acts || (near === null && !asked) || (near !== null && !asked && !mayFollow(assignment.state, "at_patient"))) return null;
  const tell = (told: Told) => void sending.send(() => desk.stepAssignment(assignment, stepOf(assignment, told)));
  const given = onTheDayOf(assignment.assigned_at, time.value, Date.parse(assignment.ended_at ?? "") || Date.now());
  return (
    <div class="arrival" role="group" aria-label={say.title}>
      <p class="quiet-text">{asked ? say.missing : say.proposed}</p>
      <div class="quick">
        {near !== null && (
          <button type="button" class="primary" disabled={sending.working} onClick={() => tell(near)}>
            {say.near(timeOfDay(near.happened_at))}
          </button>
        )}
        {asked && assignment.on_scene_at !== null && (
          <button type="button" disabled={sending.working} onClick={() => tell({ channel: "asked", happened_at: assignment.on_scene_at! })}>
            {say.onScene(timeOfDay(assignment.on_scene_at))}
          </button>
        )}
        {asked && (
          <>
            <label for={id}>{say.at}</label>
            <input id={id} type="time" step={1} value={time.value} onInput={(event) => (time.value = event.currentTarget.value)} />
            <button type="button" disabled={sending.working || given === null} onClick={() => given !== null && tell({ channel: "asked", happened_at: given })}>
              {say.enter}
            </button>
          </>
        )}
      </div>
      <Failure text={sending.failure} />
    </div>
  );
}

/** While the unit is out it is a step; afterwards what was said, or was not, is corrected. */
function stepOf(assignment: Assignment, told: Told): Without<AssignmentStep> {
  if (isOpen(assignment)) return { step: "at_patient", ...told };
  return { step: "correct", of: "at_patient", note: words.value.assignment.arrival.note[told.channel], ...told };
}
