// A time said wrongly is said right: what was said before stays in the timeline, with who corrected it and why.
import { useSignal } from "@preact/signals";
import { useId } from "preact/hooks";
import type { Assignment } from "../api/wire";
import { takeFocus } from "../parts/focus";
import { Failure } from "../parts/said";
import { useSending } from "../parts/sending";
import { PROGRESS, type ProgressStep } from "../trade/assignment";
import { dayOf, instantOf } from "../trade/late";
import { timeOfDay, timeZone } from "../trade/writing";
import { words } from "../words/language";
import type { Desk } from "./desk";

export function Correction({ desk, assignment, onDone }: { desk: Desk; assignment: Assignment; onDone: () => void }) {
  const say = words.value;
  const sending = useSending();
  const of = useSignal<ProgressStep>(PROGRESS.filter(({ time }) => assignment[time] !== null).at(-1)?.step ?? "at_patient");
  const time = useSignal("");
  const by = useSignal("");
  const why = useSignal("");
  const id = useId();
  const day = dayOf(Date.parse(assignment.assigned_at), timeZone.value);
  const happened_at = instantOf(day, time.value, timeZone.value, assignment.assigned_at);
  const ready = why.value.trim() !== "" && (happened_at !== null || time.value.trim() === "");
  const submit = async (event: Event) => {
    event.preventDefault();
    if (!ready) return;
    const when = happened_at === null ? { never: true } : { happened_at };
    const said = by.value.trim();
    const step = { step: "correct", of: of.value, note: why.value.trim(), ...when, ...(said === "" ? {} : { by: said }) } as const;
    if (await sending.send(() => desk.stepAssignment(assignment, step))) onDone();
  };
  const chosen = PROGRESS.find(({ step }) => step === of.value)!;
  const before = assignment[chosen.time];
  return (
    <form class="step-entry" onSubmit={(event) => void submit(event)} aria-label={say.correction.title}>
      <div class="line">
        <label for={`${id}-of`}>{say.correction.of}</label>
        <select id={`${id}-of`} value={of.value} onChange={(event) => (of.value = event.currentTarget.value as ProgressStep)}>
          {PROGRESS.map(({ step }) => (
            <option key={step} value={step}>
              {say.assignment.step[step]}
            </option>
          ))}
        </select>
        <span class="quiet-text">{before === null ? say.correction.notSaid : say.correction.before(timeOfDay(before))}</span>
      </div>
      <div class="line">
        <label for={`${id}-time`}>{say.correction.now}</label>
        <input id={`${id}-time`} ref={takeFocus} autocomplete="off" placeholder={say.correction.never} value={time.value} onInput={(event) => (time.value = event.currentTarget.value)} />
        <label for={`${id}-by`}>{say.assignment.saidBy}</label>
        <input id={`${id}-by`} maxLength={200} placeholder={say.optional} value={by.value} onInput={(event) => (by.value = event.currentTarget.value)} />
      </div>
      <div class="line">
        <label for={`${id}-why`}>{say.correction.why}</label>
        <input id={`${id}-why`} class="grows" maxLength={4000} value={why.value} onInput={(event) => (why.value = event.currentTarget.value)} />
        <button type="submit" class="primary" disabled={sending.working || !ready}>
          {time.value.trim() === "" ? say.correction.didNot : say.correction.go}
        </button>
      </div>
      <Failure text={sending.failure} />
    </form>
  );
}
