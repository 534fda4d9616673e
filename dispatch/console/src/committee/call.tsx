// Taking a call as a committee: what, where in its own cells, who calls. A place elsewhere is for the command centre.
import { useSignal, type Signal } from "@preact/signals";
import { useId } from "preact/hooks";
import type { Location, NewIncident, PlaceCandidate } from "../api/wire";
import { PlaceSearch } from "../parts/place_search";
import { Failure } from "../parts/said";
import { useSending } from "../parts/sending";
import { TypeChoice } from "../parts/type_choice";
import { nameOf, words } from "../words/language";
import type { CommitteeSeat } from "./seat";

interface Call {
  readonly type: string | null;
  /** What was typed for the type when the list has nothing like it: it is kept as part of what was said. */
  readonly typeWords: string;
  /** What was typed for the place, and the place that was chosen for it. */
  readonly placeWords: string;
  readonly place: PlaceCandidate | null;
  /** One of its own cells, when no place is known by name. */
  readonly cell: string;
  readonly channel: string;
  readonly name: string;
  readonly phone: string;
  readonly language: string;
  readonly note: string;
  /** The committee deals with it itself, until it hands it up. */
  readonly keep: boolean;
}

const EMPTY: Call = { type: null, typeWords: "", placeWords: "", place: null, cell: "", channel: "phone", name: "", phone: "", language: "", note: "", keep: false };

export function CallForm({ seat }: { seat: CommitteeSeat }) {
  const say = words.value.call;
  const sending = useSending();
  const call = useSignal<Call>(EMPTY);
  const put = (change: Partial<Call>) => (call.value = { ...call.value, ...change });
  const location = locationOf(call.value);
  const elsewhere = isElsewhere(seat, call.value);
  const submit = (event: Event) => {
    event.preventDefault();
    if (location !== null && !elsewhere) void sending.send(() => seat.report(reportOf(call.value, location)));
  };
  return (
    <form class="call" onSubmit={submit} aria-label={words.value.committee.takeCall}>
      <div class="section-head">
        <h2>{words.value.committee.takeCall}</h2>
        <button type="button" class="quiet" onClick={() => (seat.calling.value = false)}>
          {words.value.cancel}
        </button>
      </div>
      <TypeChoice types={seat.types.value} chosen={call.value.type} autoFocus onChoose={(type) => put({ type, typeWords: "" })} onWords={(typeWords) => put({ typeWords })} />
      <Where seat={seat} call={call} put={put} />
      {elsewhere && <Failure text={words.value.committee.elsewhere(nameOf(call.value.place!))} />}
      <div class="fields">
        <Field name="name" label={say.callerName} call={call} put={put} />
        <Field name="phone" label={say.callerPhone} call={call} put={put} />
        <Field name="language" label={say.callerLanguage} call={call} put={put} />
        <Channel call={call} put={put} />
      </div>
      <Said call={call} put={put} />
      <label class="check">
        <input type="checkbox" checked={call.value.keep} onChange={(event) => put({ keep: event.currentTarget.checked })} /> {words.value.owner.keep}
      </label>
      <Failure text={sending.failure} />
      <button type="submit" class="primary large" disabled={sending.working || location === null || elsewhere}>
        {sending.working ? say.creating : words.value.committee.send}
      </button>
    </form>
  );
}

interface FieldProperties {
  call: Signal<Call>;
  put: (change: Partial<Call>) => void;
}

function Where({ seat, call, put }: FieldProperties & { seat: CommitteeSeat }) {
  const say = words.value;
  const id = useId();
  return (
    <fieldset class="location">
      <legend>{say.call.where}</legend>
      <PlaceSearch
        label={say.call.wherePlace}
        hint={say.call.placeHint}
        text={call.value.placeWords}
        onText={(placeWords) => put({ placeWords, place: null })}
        onChoose={(place) => put({ placeWords: nameOf(place), place, cell: "" })}
      />
      <label for={id}>{say.committee.orCell}</label>
      <select id={id} value={call.value.cell} onChange={(event) => put({ cell: event.currentTarget.value, place: null })}>
        <option value="">{say.committee.chooseCell}</option>
        {seat.cells.value.map((cell) => (
          <option key={cell.code} value={cell.code}>
            {nameOf(cell)}
          </option>
        ))}
      </select>
    </fieldset>
  );
}

function Field({ name, label, call, put }: FieldProperties & { name: "name" | "phone" | "language"; label: string }) {
  const id = useId();
  return (
    <div>
      <label for={id}>{label}</label>
      <input id={id} inputMode={name === "phone" ? "tel" : "text"} autocomplete="off" maxLength={200} value={call.value[name]} onInput={(event) => put({ [name]: event.currentTarget.value })} />
    </div>
  );
}

function Channel({ call, put }: FieldProperties) {
  const id = useId();
  return (
    <div>
      <label for={id}>{words.value.call.channel}</label>
      <select id={id} value={call.value.channel} onChange={(event) => put({ channel: event.currentTarget.value })}>
        {Object.entries(words.value.report.channel).map(([code, name]) => (
          <option key={code} value={code}>
            {name}
          </option>
        ))}
      </select>
    </div>
  );
}

function Said({ call, put }: FieldProperties) {
  const id = useId();
  return (
    <div>
      <label for={id}>{words.value.call.note}</label>
      <textarea id={id} rows={3} maxLength={4000} value={call.value.note} onInput={(event) => put({ note: event.currentTarget.value })} />
    </div>
  );
}

/** The place chosen, else the cell; what was typed for a place beside a cell is kept in the words of the report. */
function locationOf({ place, cell }: Call): Location | null {
  if (place !== null) return place.location as Location;
  return cell === "" ? null : { cell };
}

function isElsewhere(seat: CommitteeSeat, { place }: Call): boolean {
  return place !== null && !seat.session.cells.includes(place.cell ?? "");
}

/** Only what was given goes into the request: what is absent is not yet known. */
function reportOf(call: Call, location: Location): Omit<NewIncident, "id"> {
  const caller = Object.fromEntries((["name", "phone", "language"] as const).map((name) => [name, call[name].trim()]).filter(([, said]) => said !== ""));
  const place = call.place === null ? call.placeWords : "";
  const said = [call.typeWords, place, call.note].map((each) => each.trim()).filter((each) => each !== "").join("\n");
  return {
    channel: call.channel,
    location,
    ...(call.keep ? { keep: true } : {}),
    ...(call.type === null ? {} : { type: call.type }),
    ...(Object.keys(caller).length === 0 ? {} : { caller }),
    ...(said === "" ? {} : { note: said }),
  };
}
