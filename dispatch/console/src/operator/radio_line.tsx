// Heard over the radio: one line for any step or position of any unit, by keys alone. R takes you there.
import { useSignal } from "@preact/signals";
import { useEffect, useId, useRef } from "preact/hooks";
import { read } from "../api/client";
import type { PlaceCandidate } from "../api/wire";
import { useKey } from "../parts/key";
import { placeAside } from "../parts/place_search";
import { Failure } from "../parts/said";
import { useSending } from "../parts/sending";
import { heard, KEYS, orderOf, type Heard } from "../trade/radio";
import { nameOf, words } from "../words/language";
import type { Desk } from "./desk";

const REST_MS = 120;

export function RadioLine({ desk }: { desk: Desk }) {
  const say = words.value.radio;
  const id = useId();
  const line = useSignal("");
  const places = useSignal<{ query: string; items: readonly PlaceCandidate[] }>({ query: "", items: [] });
  const at = useSignal(0);
  const done = useSignal("");
  const sending = useSending();
  const field = useRef<HTMLInputElement>(null);
  const said = heard(line.value, desk.store.units.value.values());
  usePlaces(said.place, places, at);
  useKey("r", () => field.current?.focus());

  const place = said.place !== null && places.value.query === said.place ? (places.value.items[at.value] ?? null) : null;
  const act = actOf(desk, said, place);
  const submit = async (event: Event) => {
    event.preventDefault();
    if (act.send === null) return;
    const sent = act.words;
    if (await sending.send(act.send)) {
      done.value = say.done(sent);
      line.value = "";
      at.value = 0;
    }
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === "Escape") field.current?.blur();
    if (said.place === null || (event.key !== "ArrowDown" && event.key !== "ArrowUp")) return;
    event.preventDefault();
    const count = Math.max(1, places.value.items.length);
    at.value = (at.value + (event.key === "ArrowDown" ? 1 : count - 1)) % count;
  };
  return (
    <form class="radio-line" onSubmit={(event) => void submit(event)} aria-label={say.title}>
      <label for={id}>
        {say.title} <kbd>R</kbd>
      </label>
      <input
        id={id}
        ref={field}
        autocomplete="off"
        maxLength={400}
        placeholder={say.hint}
        aria-describedby={`${id}-says`}
        aria-keyshortcuts="R"
        value={line.value}
        onInput={(event) => {
          line.value = event.currentTarget.value;
          done.value = "";
          sending.forget();
        }}
        onKeyDown={onKeyDown}
      />
      <p id={`${id}-says`} role="status" class={act.send === null ? "quiet-text" : ""}>
        {line.value.trim() === "" ? done.value : act.words}
        {act.send !== null && <kbd> ↵</kbd>}
      </p>
      {line.value.trim() !== "" && said.units.length === 1 && said.step === null && said.place === null && <Keys />}
      {said.place !== null && places.value.items.length > 1 && (
        <ol class="radio-places">
          {places.value.items.slice(0, 6).map((each, index) => (
            <li key={`${each.kind} ${each.code}`} aria-current={index === at.value ? "true" : undefined}>
              {nameOf(each)} <span class="quiet-text">{placeAside(each)}</span>
            </li>
          ))}
        </ol>
      )}
      <Failure text={sending.failure} />
    </form>
  );
}

function Keys() {
  const say = words.value;
  return (
    <p class="quiet-text radio-keys">
      {KEYS.map(({ step, keys }) => (
        <span key={step}>
          <kbd>{keys[0]}</kbd> {say.assignment.step[step]}
        </span>
      ))}
      <span>
        <kbd>@</kbd> {say.radio.place}
      </span>
    </p>
  );
}

interface Act {
  readonly words: string;
  /** Null while something is missing; then the words say what. */
  readonly send: (() => Promise<unknown>) | null;
}

/** What Enter would do with what is heard so far. */
function actOf(desk: Desk, said: Heard, place: PlaceCandidate | null): Act {
  const say = words.value.radio;
  const { step, by, channel } = said;
  const [unit, another] = said.units;
  if (unit === undefined) return { words: say.noUnit, send: null };
  if (another !== undefined) return { words: say.which(said.units.slice(0, 6).map(({ code }) => code).join(" ")), send: null };
  const via = `${words.value.assignment[channel]} · ${say.by(by)}`;
  if (said.place !== null) {
    if (place === null) return { words: say.noPlace(said.place), send: null };
    return { words: `${unit.code} · ${say.at(nameOf(place))} · ${via}`, send: () => desk.placeByRadio(unit, place, { by, channel }) };
  }
  if (step === null) return { words: `${unit.code} · ${say.noStep}`, send: null };
  const order = orderOf(unit, step, desk.store.assignments.value.values());
  const name = words.value.assignment.step[step];
  if (order === null) return { words: say.notThere(unit.code, name), send: null };
  if (step === "note" && said.note === "") return { words: `${unit.code} · ${say.noNote}`, send: null };
  const what = [unit.code, words.value.incident.number(order.incident_number), name, said.note, via].filter((each) => each !== "").join(" · ");
  return { words: what, send: () => desk.stepAssignment(order, { step, by, channel, ...(said.note === "" ? {} : { note: said.note }) }) };
}

function usePlaces(
  query: string | null,
  places: { value: { query: string; items: readonly PlaceCandidate[] } },
  at: { value: number },
): void {
  useEffect(() => {
    if (query === null || places.value.query === query) return;
    const asked = new AbortController();
    const timer = setTimeout(() => {
      read<{ items: PlaceCandidate[] }>(`/api/places?q=${encodeURIComponent(query)}`, asked.signal)
        .then(({ items }) => {
          places.value = { query, items };
          at.value = 0;
        })
        .catch(() => undefined);
    }, REST_MS);
    return () => {
      clearTimeout(timer);
      asked.abort();
    };
  }, [query]);
}
