// Who went to an incident in shadow: one line, G takes you there, a digit and Enter log one of the ranked units; and who is logged.
import { useSignal } from "@preact/signals";
import { useId, useRef } from "preact/hooks";
import type { Candidate, Incident } from "../api/wire";
import { Departures } from "../parts/departures";
import { useKey } from "../parts/key";
import { Failure } from "../parts/said";
import { useSending } from "../parts/sending";
import { now_ms } from "../store/now";
import { ranked, wentSaid, type WentSaid } from "../trade/went";
import { duration } from "../trade/writing";
import { words } from "../words/language";
import { shadowWords } from "../words/shadow";
import type { Desk } from "./desk";
import { Section } from "./section";

interface Properties {
  desk: Desk;
  incident: Incident;
}

const MINUTE_MS = 60_000;

export function WhoWent({ desk, incident }: Properties) {
  if (!incident.shadow && incident.departures.length === 0) return null;
  const step = desk.acts ? desk.stepDeparture.bind(desk) : null;
  return (
    <Section title={shadowWords.value.went}>
      <Departures incident={incident} onStep={step} />
      {desk.acts && incident.shadow && <WentLine desk={desk} incident={incident} />}
    </Section>
  );
}

/** The ranking stays as it was when the line was entered, so that a digit means what was read. */
function WentLine({ desk, incident }: Properties) {
  const say = shadowWords.value;
  const id = useId();
  const line = useSignal("");
  const held = useSignal<readonly Candidate[] | null>(null);
  const sending = useSending();
  const field = useRef<HTMLInputElement>(null);
  const advice = desk.recommendation.value.value;
  const ranking = held.value ?? ranked(advice?.incident === incident.id ? advice.candidates : []);
  const said = wentSaid(line.value, ranking, desk.store.units.value.values());
  const body = bodyOf(said);
  useKey("g", () => field.current?.focus());

  const log = async (what: Without) => {
    const went_at = said.minutesAgo === 0 ? {} : { went_at: new Date(now_ms.value - said.minutesAgo * MINUTE_MS).toISOString() };
    const by = said.by === "" ? {} : { by: said.by };
    if (await sending.send(() => desk.logDeparture(incident, { ...what, ...went_at, ...by }))) {
      line.value = "";
      held.value = null;
      field.current?.blur();
    }
  };
  const submit = (event: Event) => {
    event.preventDefault();
    if (body !== null && !sending.working) void log(body);
  };
  return (
    <form class="radio-line" onSubmit={submit} aria-label={say.went}>
      <label for={id}>
        {say.log} <kbd>G</kbd>
      </label>
      <input
        id={id}
        ref={field}
        autocomplete="off"
        maxLength={200}
        placeholder={say.hint}
        aria-describedby={`${id}-says`}
        aria-keyshortcuts="G"
        value={line.value}
        onFocus={() => (held.value = ranking)}
        onBlur={() => line.value === "" && (held.value = null)}
        onInput={(event) => {
          line.value = event.currentTarget.value;
          sending.forget();
        }}
        onKeyDown={(event) => event.key === "Escape" && field.current?.blur()}
      />
      <p id={`${id}-says`} role="status" class={body === null ? "quiet-text" : ""}>
        {line.value.trim() !== "" && wordsOf(said)}
      </p>
      <ol class="ranking">
        {ranking.map((candidate, n) => (
          <li key={candidate.unit}>
            <button type="button" class="quiet" disabled={sending.working} onClick={() => void log({ unit: candidate.unit })}>
              <kbd>{n + 1}</kbd> <strong class="code">{candidate.code}</strong>
              {candidate.eta_s !== null && ` ${duration(candidate.eta_s)}`}
            </button>
          </li>
        ))}
      </ol>
      <Failure text={sending.failure} />
    </form>
  );
}

type Without = { readonly unit: string } | { readonly name: string };

/** What is logged; null while it is not clear who. */
function bodyOf({ units, name }: WentSaid): Without | null {
  const [unit, another] = units;
  if (unit !== undefined) return another === undefined ? { unit: unit.id } : null;
  return name === null ? null : { name };
}

function wordsOf(said: WentSaid): string {
  const say = words.value;
  const [unit, another] = said.units;
  if (another !== undefined) return say.radio.which(said.units.slice(0, 6).map(({ code }) => code).join(" "));
  if (unit === undefined && said.name === null) return say.radio.noUnit;
  const who = unit?.code ?? shadowWords.value.others(said.name ?? "");
  const when = said.minutesAgo === 0 ? say.time.now : shadowWords.value.ago(said.minutesAgo);
  return [who, when, said.by === "" ? "" : say.radio.by(said.by)].filter((each) => each !== "").join(" · ");
}
