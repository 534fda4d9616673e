// An incident that was run by radio while the system was down, entered afterwards in one form with its real times.
import { useSignal, type Signal } from "@preact/signals";
import { useId } from "preact/hooks";
import { Refusal } from "../api/client";
import type { LateUnit, NewLateIncident } from "../api/wire";
import { Failure } from "../parts/said";
import { useSending } from "../parts/sending";
import { TypeChoice } from "../parts/type_choice";
import { now_ms } from "../store/now";
import { dayOf, faultsOf, instantOf } from "../trade/late";
import { timeZone } from "../trade/writing";
import { words } from "../words/language";
import type { Desk, Without } from "./desk";
import { emptyPlace, locationOf, LocationChoice, type GivenPlace } from "./location_choice";

const BETWEEN = ["acknowledged_at", "en_route_at", "on_scene_at", "at_patient_at", "moving_at", "handed_over_at"] as const;
const TIMES = ["assigned_at", ...BETWEEN, "cleared_at"] as const;
type TimeName = (typeof TIMES)[number];

const OUTCOMES = ["done", "false_alarm", "transferred", "cancelled"] as const;

interface Row {
  readonly unit: string;
  readonly by: string;
  readonly backAtPost: boolean;
  readonly times: Readonly<Record<TimeName, string>>;
}

interface Form {
  readonly day: string;
  readonly reported: string;
  readonly closed: string;
  readonly by: string;
  readonly type: string | null;
  readonly channel: string;
  readonly caller: string;
  readonly phone: string;
  readonly note: string;
  readonly outcome: (typeof OUTCOMES)[number];
  readonly to: string;
  readonly rows: readonly Row[];
}

function emptyRow(): Row {
  return { unit: "", by: "", backAtPost: true, times: Object.fromEntries(TIMES.map((name) => [name, ""])) as Record<TimeName, string> };
}

export function LateEntry({ desk }: { desk: Desk }) {
  const say = words.value.late;
  const sending = useSending();
  const form = useSignal<Form>({
    day: dayOf(now_ms.peek(), timeZone.value),
    reported: "",
    closed: "",
    by: "",
    type: null,
    channel: "radio",
    caller: "",
    phone: "",
    note: "",
    outcome: "done",
    to: "",
    rows: [emptyRow()],
  });
  const place = useSignal<GivenPlace>(emptyPlace());
  const faults = useSignal<Readonly<Record<string, string>>>({});
  const put = (change: Partial<Form>) => (form.value = { ...form.value, ...change });
  const submit = (event: Event) => {
    event.preventDefault();
    faults.value = {};
    void sending.send(async () => {
      try {
        await desk.enterLate(requestOf(form.value, place.value));
      } catch (failure) {
        if (failure instanceof Refusal) faults.value = faultsOf(failure);
        throw failure;
      }
    });
  };
  const { rows } = form.value;
  return (
    <form class="call late" onSubmit={submit} aria-label={say.title}>
      <div class="section-head">
        <h2>{say.title}</h2>
        <button type="button" class="quiet" onClick={() => (desk.entering.value = false)}>
          {words.value.cancel}
        </button>
      </div>
      <p class="quiet-text">{say.hint}</p>
      <div class="fields">
        <Field label={say.day} type="date" value={form.value.day} onInput={(day) => put({ day })} required />
        <Field label={say.reported} value={form.value.reported} hint="14:03" fault={faults.value["reported_at"]} onInput={(reported) => put({ reported })} required />
        <Field label={say.closed} value={form.value.closed} hint="14:55" fault={faults.value["closed_at"]} onInput={(closed) => put({ closed })} required />
        <Field label={say.by} value={form.value.by} onInput={(by) => put({ by })} required />
      </div>
      <TypeChoice types={desk.types.value} chosen={form.value.type} autoFocus onChoose={(type) => put({ type })} />
      <LocationChoice picture={desk.picture} given={place} unknownToo />
      <div class="fields">
        <Choice label={words.value.call.channel} value={form.value.channel} options={Object.entries(words.value.report.channel)} onChoose={(channel) => put({ channel })} />
        <Field label={words.value.call.callerName} value={form.value.caller} onInput={(caller) => put({ caller })} />
        <Field label={words.value.call.callerPhone} value={form.value.phone} onInput={(phone) => put({ phone })} />
        <Choice
          label={words.value.act.outcome}
          value={form.value.outcome}
          options={OUTCOMES.map((each) => [each, words.value.incident.outcome[each]] as const)}
          onChoose={(outcome) => put({ outcome: outcome as Form["outcome"] })}
        />
        {form.value.outcome === "transferred" && (
          <Field label={words.value.act.transferredTo} value={form.value.to} fault={faults.value["to"]} onInput={(to) => put({ to })} required />
        )}
      </div>
      <Field label={words.value.call.note} value={form.value.note} onInput={(note) => put({ note })} />
      {rows.map((row, number) => (
        <UnitRow key={number} desk={desk} row={row} number={number} faults={faults} put={(changed) => put({ rows: rows.map((each, at) => (at === number ? changed : each)) })} />
      ))}
      <div class="quick">
        <button type="button" onClick={() => put({ rows: [...rows, emptyRow()] })}>
          {say.addUnit}
        </button>
        {rows.length > 0 && (
          <button type="button" onClick={() => put({ rows: rows.slice(0, -1) })}>
            {say.dropUnit}
          </button>
        )}
      </div>
      <Failure text={sending.failure} />
      <button type="submit" class="primary large" disabled={sending.working}>
        {sending.working ? words.value.act.working : say.enter}
      </button>
    </form>
  );
}

interface RowProperties {
  desk: Desk;
  row: Row;
  number: number;
  faults: Signal<Readonly<Record<string, string>>>;
  put: (row: Row) => void;
}

function UnitRow({ desk, row, number, faults, put }: RowProperties) {
  const say = words.value.late;
  const id = useId();
  const fault = (name: string) => faults.value[`units.${number}.${name}`];
  return (
    <fieldset class="late-unit">
      <legend>{say.unit(number + 1)}</legend>
      <div class="fields">
        <Field label={say.unitCode} value={row.unit} list={id} fault={fault("unit")} onInput={(unit) => put({ ...row, unit })} required />
        <datalist id={id}>
          {[...desk.store.units.value.values()].map(({ code }) => (
            <option key={code} value={code} />
          ))}
        </datalist>
        <Field label={say.said} value={row.by} onInput={(by) => put({ ...row, by })} />
        {TIMES.map((name) => (
          <Field
            key={name}
            label={name === "cleared_at" ? words.value.assignment.step.clear : words.value.assignment.time[name]}
            value={row.times[name]}
            fault={fault(name)}
            required={name === "assigned_at" || name === "cleared_at"}
            onInput={(typed) => put({ ...row, times: { ...row.times, [name]: typed } })}
          />
        ))}
      </div>
      <label class="check">
        <input type="checkbox" checked={row.backAtPost} onChange={(event) => put({ ...row, backAtPost: event.currentTarget.checked })} /> {words.value.unit.backAtPost}
      </label>
    </fieldset>
  );
}

interface FieldProperties {
  label: string;
  value: string;
  hint?: string;
  type?: "text" | "date";
  list?: string;
  fault?: string | undefined;
  required?: boolean;
  onInput: (value: string) => void;
}

function Field({ label, value, hint, type, list, fault, required, onInput }: FieldProperties) {
  const id = useId();
  return (
    <div>
      <label for={id}>{label}</label>
      <input
        id={id}
        type={type ?? "text"}
        list={list}
        maxLength={200}
        autocomplete="off"
        placeholder={hint}
        required={required}
        value={value}
        aria-invalid={fault === undefined ? undefined : "true"}
        aria-describedby={fault === undefined ? undefined : `${id}-fault`}
        onInput={(event) => onInput(event.currentTarget.value)}
      />
      {fault !== undefined && (
        <p class="failure" id={`${id}-fault`}>
          {fault}
        </p>
      )}
    </div>
  );
}

function Choice({ label, value, options, onChoose }: { label: string; value: string; options: readonly (readonly [string, string])[]; onChoose: (value: string) => void }) {
  const id = useId();
  return (
    <div>
      <label for={id}>{label}</label>
      <select id={id} value={value} onChange={(event) => onChoose(event.currentTarget.value)}>
        {options.map(([code, name]) => (
          <option key={code} value={code}>
            {name}
          </option>
        ))}
      </select>
    </div>
  );
}

/** Times that cannot be read are sent as they were typed: the service says which, and nothing typed is lost. */
function requestOf(form: Form, place: GivenPlace): Without<NewLateIncident> {
  const zone = timeZone.value;
  const reported = instantOf(form.day, form.reported, zone);
  const at = (typed: string) => instantOf(form.day, typed, zone, reported) ?? typed;
  const location = locationOf(place);
  const caller = { ...(form.caller.trim() === "" ? {} : { name: form.caller.trim() }), ...(form.phone.trim() === "" ? {} : { phone: form.phone.trim() }) };
  return {
    reported_at: reported ?? form.reported,
    closed_at: at(form.closed),
    by: form.by.trim(),
    channel: form.channel,
    outcome: form.outcome,
    units: form.rows.map((row) => unitOf(row, at)),
    ...(form.type === null ? {} : { type: form.type }),
    ...(location === null ? {} : { location }),
    ...(Object.keys(caller).length === 0 ? {} : { caller }),
    ...(form.note.trim() === "" ? {} : { note: form.note.trim() }),
    ...(form.outcome === "transferred" ? { to: form.to.trim() } : {}),
  };
}

function unitOf({ unit, by, backAtPost, times }: Row, at: (typed: string) => string): LateUnit {
  const known = BETWEEN.filter((name) => times[name].trim() !== "").map((name) => [name, at(times[name])] as const);
  return {
    unit: unit.trim(),
    assigned_at: at(times.assigned_at),
    cleared_at: at(times.cleared_at),
    back_at_post: backAtPost,
    ...(by.trim() === "" ? {} : { by: by.trim() }),
    ...Object.fromEntries(known),
  };
}
