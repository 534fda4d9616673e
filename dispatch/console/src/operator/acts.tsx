// What can be done with the incident in hand: place, type, priority, note, close, cancel, reopen; one small form at a time.
import { useSignal } from "@preact/signals";
import { useId } from "preact/hooks";
import type { ComponentChildren } from "preact";
import type { Incident, IncidentStep, Outcome, Priority } from "../api/wire";
import { takeFocus } from "../parts/focus";
import { useKey } from "../parts/key";
import { Failure } from "../parts/said";
import { useSending } from "../parts/sending";
import { TypeChoice } from "../parts/type_choice";
import { openInOrder } from "../trade/incident";
import { typeName } from "../trade/naming";
import { nameOf, words } from "../words/language";
import type { Desk, Without } from "./desk";
import { emptyPlace, locationOf, LocationChoice, type GivenPlace } from "./location_choice";

interface Properties {
  desk: Desk;
  incident: Incident;
}

type Act = IncidentStep["step"];

const WHILE_OPEN: readonly Act[] = ["locate", "retype", "priority", "note", "confirm", "transfer", "close", "cancel"];
const ONCE_CLOSED: readonly Act[] = ["note", "reopen"];

export function Acts({ desk, incident }: Properties) {
  const say = words.value.act;
  const act = useSignal<Act | null>(null);
  const sending = useSending();
  const acts = incident.status === "open" ? WHILE_OPEN : ONCE_CLOSED;
  const send = async (step: Without<IncidentStep>) => {
    if (await sending.send(() => desk.stepIncident(incident, step))) act.value = null;
  };
  const press = (chosen: Act) => {
    sending.forget();
    if (chosen === "reopen" || chosen === "confirm") void send({ step: chosen });
    else act.value = act.value === chosen ? null : chosen;
  };
  useKey("t", () => acts.includes("transfer") && press("transfer"));
  const form = act.value !== null && acts.includes(act.value) ? act.value : null;
  return (
    <div class="acts">
      <div class="quick" role="group" aria-label={say.title}>
        {acts.map((each) => (
          <button type="button" key={each} aria-expanded={each === "reopen" || each === "confirm" ? undefined : form === each} onClick={() => press(each)}>
            {say[each]}
          </button>
        ))}
      </div>
      {form === "locate" && <Locate desk={desk} send={send} working={sending.working} />}
      {form === "retype" && <Retype desk={desk} incident={incident} send={send} working={sending.working} />}
      {form === "priority" && <ChangePriority incident={incident} send={send} working={sending.working} />}
      {form === "transfer" && <Transfer desk={desk} incident={incident} send={send} working={sending.working} />}
      {form === "note" && <Note step="note" label={say.noteText} go={say.note} required send={send} working={sending.working} />}
      {form === "cancel" && <Note step="cancel" label={say.cancelWhy} go={say.confirmCancel} send={send} working={sending.working} />}
      {form === "close" && <Close desk={desk} incident={incident} send={send} working={sending.working} />}
      <Failure text={sending.failure} />
    </div>
  );
}

interface FormProperties {
  send: (step: Without<IncidentStep>) => Promise<void>;
  working: boolean;
}

function Form({ step, go, ready, send, working, children }: FormProperties & { step: () => Without<IncidentStep>; go: string; ready: boolean; children: ComponentChildren }) {
  const submit = (event: Event) => {
    event.preventDefault();
    if (ready) void send(step());
  };
  return (
    <form class="inline-form" onSubmit={submit}>
      {children}
      <button type="submit" class="primary" disabled={working || !ready}>
        {working ? words.value.act.working : go}
      </button>
    </form>
  );
}

function Locate({ desk, ...form }: FormProperties & { desk: Desk }) {
  const given = useSignal<GivenPlace>(emptyPlace());
  const location = locationOf(given.value);
  return (
    <Form {...form} go={words.value.act.locate} ready={location !== null} step={() => ({ step: "locate", location })}>
      <LocationChoice picture={desk.picture} given={given} />
    </Form>
  );
}

function Retype({ desk, incident, ...form }: FormProperties & Properties) {
  const type = useSignal<string | null>(incident.type?.code ?? null);
  return (
    <Form {...form} go={words.value.act.retype} ready={type.value !== null} step={() => ({ step: "retype", type: type.value })}>
      <TypeChoice types={desk.types.value} chosen={type.value} autoFocus onChoose={(code) => (type.value = code)} />
    </Form>
  );
}

function ChangePriority({ incident, ...form }: FormProperties & { incident: Incident }) {
  const priority = useSignal<Priority | null>(incident.priority);
  const id = useId();
  return (
    <Form {...form} go={words.value.act.priority} ready={priority.value !== null && priority.value !== incident.priority} step={() => ({ step: "priority", priority: priority.value })}>
      <label for={id}>{words.value.incident.priority}</label>
      <select id={id} value={priority.value ?? ""} onChange={(event) => (priority.value = event.currentTarget.value as Priority)}>
        <option value="" disabled />
        {PRIORITIES.map((each) => (
          <option key={each} value={each}>
            {each}
          </option>
        ))}
      </select>
    </Form>
  );
}

/** One owner: the command centre, or a committee. What a committee has in hand is taken over by T and Enter. */
function Transfer({ desk, incident, ...form }: FormProperties & Properties) {
  const say = words.value.owner;
  const owners = [{ code: "centre", name: say.centre }, ...desk.committees.value.map((each) => ({ code: each.code, name: nameOf(each) }))].filter(({ code }) => code !== (incident.owner?.code ?? "centre"));
  const owner = useSignal(incident.owner === null ? "" : "centre");
  const id = useId();
  return (
    <Form {...form} go={words.value.act.transfer} ready={owner.value !== ""} step={() => ({ step: "transfer", owner: owner.value })}>
      <label for={id}>{say.to}</label>
      <select
        id={id}
        ref={takeFocus}
        value={owner.value}
        onChange={(event) => (owner.value = event.currentTarget.value)}
        onKeyDown={(event) => event.key === "Enter" && event.currentTarget.form?.requestSubmit()}
      >
        <option value="" disabled />
        {owners.map(({ code, name }) => (
          <option key={code} value={code}>
            {name}
          </option>
        ))}
      </select>
    </Form>
  );
}

export const PRIORITIES: readonly Priority[] = ["P1", "P2", "P3", "P4"];

function Note({ step, label, go, required, ...form }: FormProperties & { step: "note" | "cancel"; label: string; go: string; required?: boolean }) {
  const note = useSignal("");
  const id = useId();
  const said = note.value.trim();
  return (
    <Form {...form} go={go} ready={!required || said !== ""} step={() => ({ step, ...(said === "" ? {} : { note: said }) })}>
      <label for={id}>{label}</label>
      <input id={id} class="grows" maxLength={4000} ref={takeFocus} value={note.value} onInput={(event) => (note.value = event.currentTarget.value)} />
    </Form>
  );
}

const OUTCOMES: readonly Outcome[] = ["done", "false_alarm", "duplicate_of", "transferred"];

function Close({ desk, incident, ...form }: FormProperties & Properties) {
  const say = words.value;
  const outcome = useSignal<Outcome>("done");
  const duplicateOf = useSignal("");
  const to = useSignal("");
  const id = useId();
  const others = openInOrder(desk.store.incidents.value.values()).filter((each) => each.id !== incident.id);
  const isDuplicate = outcome.value === "duplicate_of";
  const isTransferred = outcome.value === "transferred";
  const step = (): Without<IncidentStep> => ({
    step: "close",
    outcome: outcome.value,
    ...(isDuplicate ? { duplicate_of: duplicateOf.value } : {}),
    ...(isTransferred ? { to: to.value.trim() } : {}),
  });
  return (
    <Form {...form} go={say.act.confirmClose} ready={(!isDuplicate || duplicateOf.value !== "") && (!isTransferred || to.value.trim() !== "")} step={step}>
      <label for={id}>{say.act.outcome}</label>
      <select id={id} value={outcome.value} onChange={(event) => (outcome.value = event.currentTarget.value as Outcome)}>
        {OUTCOMES.map((each) => (
          <option key={each} value={each}>
            {say.incident.outcome[each]}
          </option>
        ))}
      </select>
      {isTransferred && (
        <input
          aria-label={say.act.transferredTo}
          placeholder={say.act.transferredTo}
          maxLength={200}
          value={to.value}
          onInput={(event) => (to.value = event.currentTarget.value)}
        />
      )}
      {isDuplicate && (
        <select aria-label={say.act.duplicateOf} value={duplicateOf.value} onChange={(event) => (duplicateOf.value = event.currentTarget.value)}>
          <option value="">{say.act.duplicateOf}</option>
          {others.map((each) => (
            <option key={each.id} value={each.id}>
              {say.incident.number(each.number)} {typeName(each.type)}
            </option>
          ))}
        </select>
      )}
    </Form>
  );
}
