// Taking a call: whatever is known so far makes an incident; nothing but the press of the button is required.
import { useSignal } from "@preact/signals";
import { useId } from "preact/hooks";
import type { Exercise, NewIncident, Priority } from "../api/wire";
import { Failure } from "../parts/said";
import { useSending } from "../parts/sending";
import { TypeChoice } from "../parts/type_choice";
import { now_ms } from "../store/now";
import { useReading } from "../supervisor/reading";
import { similarPath } from "../trade/duplicate";
import { phaseOf } from "../trade/exercise";
import { words } from "../words/language";
import { PRIORITIES } from "./acts";
import type { Desk, Without } from "./desk";
import { PossiblySame } from "./duplicates";
import { emptyPlace, isHalfPoint, locationOf, LocationChoice, type GivenPlace } from "./location_choice";

interface Call {
  readonly type: string | null;
  /** What was typed for the type when the list has nothing like it: it is kept as part of what was said. */
  readonly typeWords: string;
  readonly priority: Priority | "";
  readonly channel: string;
  readonly name: string;
  readonly phone: string;
  readonly language: string;
  readonly note: string;
  /** The id of the exercise it belongs to; empty for what is real. */
  readonly exercise: string;
}

const EMPTY_CALL: Call = { type: null, typeWords: "", priority: "", channel: "phone", name: "", phone: "", language: "", note: "", exercise: "" };

export function CallTaking({ desk }: { desk: Desk }) {
  const say = words.value.call;
  const sending = useSending();
  const call = useSignal<Call>(EMPTY_CALL);
  const place = useSignal<GivenPlace>(emptyPlace());
  const problem = useSignal<string | null>(null);
  const id = useId();
  const put = (change: Partial<Call>) => (call.value = { ...call.value, ...change });
  const submit = (event: Event) => {
    event.preventDefault();
    problem.value = isHalfPoint(place.value) ? say.badPoint : null;
    if (problem.value === null) void sending.send(() => desk.report(reportOf(call.value, place.value)));
  };
  const field = (name: "name" | "phone" | "language", label: string, inputMode: "text" | "tel" = "text") => (
    <div>
      <label for={`${id}-${name}`}>{label}</label>
      <input id={`${id}-${name}`} inputMode={inputMode} autocomplete="off" maxLength={200} value={call.value[name]} onInput={(event) => put({ [name]: event.currentTarget.value })} />
    </div>
  );
  return (
    <form class={`call ${call.value.exercise === "" ? "" : "drilled"}`} onSubmit={submit} aria-label={say.title}>
      <div class="section-head">
        <h2>{say.title}</h2>
        <button type="button" class="quiet" onClick={() => (desk.calling.value = false)}>
          {words.value.cancel}
        </button>
      </div>
      <ExerciseChoice id={`${id}-exercise`} chosen={call.value.exercise} onChoose={(exercise) => put({ exercise })} />
      <TypeChoice types={desk.types.value} chosen={call.value.type} autoFocus onChoose={(type) => put({ type, typeWords: "" })} onWords={(typeWords) => put({ typeWords })} />
      <LocationChoice picture={desk.picture} given={place} unknownToo />
      <div class="fields">
        {field("name", say.callerName)}
        {field("phone", say.callerPhone, "tel")}
        {field("language", say.callerLanguage)}
        <Channel id={`${id}-channel`} chosen={call.value.channel} onChoose={(channel) => put({ channel })} />
        <PriorityChoice id={`${id}-priority`} chosen={call.value.priority} onChoose={(priority) => put({ priority })} />
      </div>
      {call.value.exercise === "" && (
        <PossiblySame
          path={similarPath(call.value.type, locationOf(place.value), call.value.phone)}
          working={sending.working}
          onKeep={({ incident }) => void sending.send(() => desk.reportOf(incident, reportOf(call.value, place.value)))}
        />
      )}
      <label for={`${id}-note`}>{say.note}</label>
      <textarea id={`${id}-note`} rows={3} maxLength={4000} value={call.value.note} onInput={(event) => put({ note: event.currentTarget.value })} />
      <Failure text={problem.value ?? sending.failure} />
      <button type="submit" class="primary large" disabled={sending.working}>
        {sending.working ? say.creating : call.value.exercise === "" ? say.create : say.createDrilled}
      </button>
    </form>
  );
}

function Channel({ id, chosen, onChoose }: { id: string; chosen: string; onChoose: (channel: string) => void }) {
  return (
    <div>
      <label for={id}>{words.value.call.channel}</label>
      <select id={id} value={chosen} onChange={(event) => onChoose(event.currentTarget.value)}>
        {Object.entries(words.value.report.channel).map(([code, name]) => (
          <option key={code} value={code}>
            {name}
          </option>
        ))}
      </select>
    </div>
  );
}

/** While an exercise runs: whether this is real, as everything is unless somebody says otherwise. */
function ExerciseChoice({ id, chosen, onChoose }: { id: string; chosen: string; onChoose: (exercise: string) => void }) {
  const exercises = useReading<{ items: Exercise[] }>("/api/exercises");
  const running = exercises.value?.items.filter((exercise) => phaseOf(exercise, now_ms.value) === "running") ?? [];
  if (running.length === 0) return null;
  const say = words.value.call;
  return (
    <div class="exercise-choice">
      <label for={id}>{say.isExercise}</label>
      <select id={id} value={chosen} onChange={(event) => onChoose(event.currentTarget.value)}>
        <option value="">{say.isReal}</option>
        {running.map((exercise) => (
          <option key={exercise.id} value={exercise.id}>
            {say.ofExercise(exercise.name)}
          </option>
        ))}
      </select>
    </div>
  );
}

function PriorityChoice({ id, chosen, onChoose }: { id: string; chosen: Priority | ""; onChoose: (priority: Priority | "") => void }) {
  return (
    <div>
      <label for={id}>{words.value.call.priority}</label>
      <select id={id} value={chosen} onChange={(event) => onChoose(event.currentTarget.value as Priority | "")}>
        <option value="">{words.value.call.byType}</option>
        {PRIORITIES.map((each) => (
          <option key={each} value={each}>
            {each}
          </option>
        ))}
      </select>
    </div>
  );
}

/** Only what was given goes into the request: what is absent is not yet known. */
function reportOf(call: Call, place: GivenPlace): Without<NewIncident> {
  const location = locationOf(place);
  const caller = Object.fromEntries((["name", "phone", "language"] as const).map((name) => [name, call[name].trim()]).filter(([, said]) => said !== ""));
  const said = [call.typeWords.trim(), call.note.trim()].filter((each) => each !== "").join("\n");
  return {
    channel: call.channel,
    ...(call.type === null ? {} : { type: call.type }),
    ...(location === null ? {} : { location }),
    ...(call.priority === "" ? {} : { priority: call.priority }),
    ...(Object.keys(caller).length === 0 ? {} : { caller }),
    ...(said === "" ? {} : { note: said }),
    ...(call.exercise === "" ? {} : { exercise: call.exercise }),
  };
}
