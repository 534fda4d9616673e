// A unit sent: how far it is, with the time of every step, its way, and the entry of steps heard over the radio.
import { useSignal } from "@preact/signals";
import { useId } from "preact/hooks";
import type { Assignment, AssignmentStepName } from "../api/wire";
import { Failure } from "../parts/said";
import { useSending } from "../parts/sending";
import { isOpen, mayFollow, stepsAhead, TIMES } from "../trade/assignment";
import { journeySentence } from "../trade/journey";
import { timeOfDay } from "../trade/writing";
import { words } from "../words/language";
import { Arrival } from "./arrival";
import { Correction } from "./correction";
import type { Desk } from "./desk";

interface Properties {
  desk: Desk;
  assignment: Assignment;
}

export function AssignmentCard({ desk, assignment }: Properties) {
  const say = words.value;
  const entering = useSignal(false);
  const correcting = useSignal(false);
  const open = isOpen(assignment);
  return (
    <div class={`assignment ${open ? "open" : "ended"}`}>
      <div class="line">
        <strong class="code">{assignment.unit_code}</strong>
        <span class={`assignment-state ${assignment.state}`}>{say.assignment.state[assignment.state]}</span>
        {assignment.late && <span class="late-mark">{say.late.mark}</span>}
        {assignment.kind !== "incident" && <span class="quiet-text">{say.assignment.kind[assignment.kind]}</span>}
        <span class="grows quiet-text">{remark(assignment)}</span>
        {desk.acts && (
          <button type="button" class="quiet" aria-expanded={correcting.value} onClick={() => (correcting.value = !correcting.value)}>
            {say.correction.start}
          </button>
        )}
        {open && desk.acts && (
          <button type="button" aria-expanded={entering.value} onClick={() => (entering.value = !entering.value)}>
            {say.assignment.byRadio}
          </button>
        )}
      </div>
      <HelpAsked desk={desk} assignment={assignment} />
      <Times assignment={assignment} />
      <Arrival desk={desk} assignment={assignment} />
      {open && assignment.legs.length > 0 && <p class="way">{journeySentence(assignment.legs)}</p>}
      {correcting.value && <Correction desk={desk} assignment={assignment} onDone={() => (correcting.value = false)} />}
      {entering.value && open && <StepEntry desk={desk} assignment={assignment} />}
    </div>
  );
}

/** What the crew has asked for; it stands out until the unit is clear. */
function HelpAsked({ desk, assignment }: Properties) {
  const asked = desk.timeline.value.value?.items.filter((entry) => entry.assignment === assignment.id && entry.step === "need_help") ?? [];
  if (asked.length === 0 || !isOpen(assignment)) return null;
  return (
    <ul class="help-asked">
      {asked.map((entry) => (
        <li key={entry.seq}>
          <span aria-hidden="true">▲ </span>
          {timeOfDay(entry.corrected_at ?? entry.at)} {words.value.assignment.step.need_help} <strong>{String(entry.body["note"] ?? "")}</strong>
        </li>
      ))}
    </ul>
  );
}

/** What is not in the times: when it is expected, that the device has not got the order, why it was chosen or ended. */
function remark(assignment: Assignment): string {
  const say = words.value.assignment;
  const parts: string[] = [];
  if (isOpen(assignment)) {
    if (assignment.delivered_at === null && assignment.acknowledged_at === null) parts.push(say.notDelivered);
    if (assignment.eta_s !== null && assignment.at_patient_at === null) {
      parts.push(say.eta(timeOfDay(Date.parse(assignment.assigned_at) + assignment.eta_s * 1000)));
    }
  } else if (assignment.ended_reason !== null && !(assignment.ended_reason in say.step)) {
    const because: Readonly<Record<string, string>> = say.because;
    parts.push(because[assignment.ended_reason] ?? assignment.ended_reason);
  }
  if (assignment.reason !== null) parts.push(say.reason(assignment.reason));
  return parts.join(" · ");
}

function Times({ assignment }: { assignment: Assignment }) {
  const say = words.value.assignment.time;
  return (
    <dl class="times">
      {TIMES.map((name) => {
        const time = assignment[name];
        return time === null ? null : (
          <div key={name}>
            <dt>{say[name]}</dt>
            <dd>{timeOfDay(time)}</dd>
          </div>
        );
      })}
    </dl>
  );
}

/** Steps the crew said over radio or phone; revoking is the desk's own. */
function StepEntry({ desk, assignment }: Properties) {
  const say = words.value;
  const sending = useSending();
  const channel = useSignal<"radio" | "phone">("radio");
  const note = useSignal("");
  const by = useSignal("");
  const id = useId();
  const others: readonly AssignmentStepName[] = ["clear", "decline", "need_help", "note"];
  const steps = [...stepsAhead(assignment.state), ...others.filter((step) => mayFollow(assignment.state, step))];
  const enter = async (step: AssignmentStepName) => {
    const said = note.value.trim();
    const who = by.value.trim();
    const done = await sending.send(() =>
      desk.stepAssignment(assignment, { step, channel: channel.value, ...(said === "" ? {} : { note: said }), ...(who === "" ? {} : { by: who }) }),
    );
    if (done) note.value = "";
  };
  return (
    <div class="step-entry">
      <p class="quiet-text">{say.assignment.byRadioHint}</p>
      <div class="line">
        <label for={`${id}-via`}>{say.assignment.via}</label>
        <select id={`${id}-via`} value={channel.value} onChange={(event) => (channel.value = event.currentTarget.value as "radio" | "phone")}>
          <option value="radio">{say.assignment.radio}</option>
          <option value="phone">{say.assignment.phone}</option>
        </select>
        <label for={`${id}-by`}>{say.assignment.saidBy}</label>
        <input id={`${id}-by`} maxLength={200} placeholder={assignment.unit_code} value={by.value} onInput={(event) => (by.value = event.currentTarget.value)} />
        <label for={`${id}-said`}>{say.assignment.said}</label>
        <input
          id={`${id}-said`}
          class="grows"
          maxLength={4000}
          placeholder={say.optional}
          value={note.value}
          onInput={(event) => (note.value = event.currentTarget.value)}
        />
      </div>
      <div class="quick">
        {steps.map((step) => (
          <button type="button" key={step} disabled={sending.working || (step === "note" && note.value.trim() === "")} onClick={() => void enter(step)}>
            {say.assignment.step[step]}
          </button>
        ))}
        <button type="button" class="risky" disabled={sending.working} onClick={() => void enter("revoke")}>
          {say.assign.revoke}
        </button>
      </div>
      <Failure text={sending.failure} />
    </div>
  );
}
