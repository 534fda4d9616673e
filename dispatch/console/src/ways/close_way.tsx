// Closing a way: which one, what happens to it, for whom, for how long, and why.
import { useSignal } from "@preact/signals";
import { useId } from "preact/hooks";
import { postOnce } from "../api/once";
import type { Closure, NamedEdge, NewClosure } from "../api/wire";
import type { Desk } from "../operator/desk";
import { Failure } from "../parts/said";
import { useSending } from "../parts/sending";
import { correctedNow_ms } from "../store/now";
import { newClosure, type ClosureMode, type Filled } from "../trade/closure";
import { duration } from "../trade/writing";
import { words } from "../words/language";
import { EdgeSearch } from "./edge_search";

const KINDS: readonly NonNullable<NewClosure["kind"]>[] = ["road", "trail", "stairs", "flagstone", "path", "cableway", "lift", "rail", "ferry"];
const MODES: readonly ClosureMode[] = ["shut", "slow", "one_way", "on_request"];
const LAYERS = ["both", "vehicle", "foot"] as const;
const HOURS: readonly number[] = [0.5, 1, 2, 4, 12, 24];

export function CloseWay({ desk, onDone }: { desk: Desk; onDone: () => void }) {
  const say = words.value.ways;
  const sending = useSending();
  const id = useId();
  const words_ = useSignal("");
  const form = useSignal<Filled>({ edge: null, kind: null, mode: "shut", layer: "both", factor: 2, direction: "forward", delay_min: 10, hours: null, reason: "" });
  const set = (part: Partial<Filled>) => (form.value = { ...form.value, ...part });
  const { mode, layer, kind } = form.value;
  const body = newClosure(form.value, correctedNow_ms());
  const submit = async (event: Event) => {
    event.preventDefault();
    if (body === null) return;
    const done = await sending.send(async () => desk.store.answered("closure", await postOnce<Closure>("/api/closures", body)));
    if (done) onDone();
  };
  const choose = (edge: NamedEdge | null, text: string) => {
    words_.value = text;
    set({ edge: edge?.code ?? null, ...(text === "" ? {} : { kind: null }) });
  };
  return (
    <form class="ways-form" onSubmit={(event) => void submit(event)}>
      <EdgeSearch label={say.which} hint={say.whichHint} text={words_.value} onText={(text) => choose(null, text)} onChoose={choose} />
      <div class="line">
        <label for={`${id}-kind`}>{say.orKind}</label>
        <select
          id={`${id}-kind`}
          value={kind ?? ""}
          onChange={(event) => {
            words_.value = "";
            set({ edge: null, kind: KINDS.find((each) => each === event.currentTarget.value) ?? null });
          }}
        >
          <option value="">—</option>
          {KINDS.map((each) => (
            <option key={each} value={each}>
              {say.kind[each]}
            </option>
          ))}
        </select>
      </div>
      <div class="switch" role="group" aria-label={say.modeOf}>
        {MODES.map((each) => (
          <button type="button" key={each} aria-pressed={mode === each} onClick={() => set({ mode: each })}>
            {say.mode[each]}
          </button>
        ))}
      </div>
      {mode === "slow" && <NumberField id={`${id}-factor`} label={say.factor} least={1} most={20} step={0.5} value={form.value.factor} onValue={(factor) => set({ factor })} />}
      {mode === "on_request" && <NumberField id={`${id}-delay`} label={say.delay} least={0} most={1440} step={1} value={form.value.delay_min} onValue={(delay_min) => set({ delay_min })} />}
      {mode === "one_way" && (
        <div class="switch" role="group" aria-label={say.directionOf}>
          {(["forward", "backward"] as const).map((each) => (
            <button type="button" key={each} aria-pressed={form.value.direction === each} onClick={() => set({ direction: each })}>
              {say.direction[each]}
            </button>
          ))}
        </div>
      )}
      <div class="switch" role="group" aria-label={say.layerOf}>
        {LAYERS.map((each) => (
          <button type="button" key={each} aria-pressed={layer === each} onClick={() => set({ layer: each })}>
            {say.layer[each]}
          </button>
        ))}
      </div>
      <div class="line">
        <label for={`${id}-hours`}>{say.howLong}</label>
        <select id={`${id}-hours`} value={form.value.hours ?? ""} onChange={(event) => set({ hours: event.currentTarget.value === "" ? null : Number(event.currentTarget.value) })}>
          <option value="">{say.untilEnded}</option>
          {HOURS.map((each) => (
            <option key={each} value={each}>
              {duration(each * 3600)}
            </option>
          ))}
        </select>
      </div>
      <div class="line">
        <label for={`${id}-reason`}>{say.reason}</label>
        <input id={`${id}-reason`} class="grows" required maxLength={200} autocomplete="off" value={form.value.reason} onInput={(event) => set({ reason: event.currentTarget.value })} />
      </div>
      <Failure text={sending.failure} />
      <div class="line">
        <button type="submit" class="primary" disabled={sending.working || body === null}>
          {say.confirm}
        </button>
        <button type="button" class="quiet" onClick={onDone}>
          {words.value.cancel}
        </button>
      </div>
    </form>
  );
}

interface NumberProperties {
  id: string;
  label: string;
  least: number;
  most: number;
  step: number;
  value: number;
  onValue: (value: number) => void;
}

function NumberField({ id, label, least, most, step, value, onValue }: NumberProperties) {
  return (
    <div class="line">
      <label for={id}>{label}</label>
      <input id={id} type="number" min={least} max={most} step={step} required value={value} onInput={(event) => onValue(event.currentTarget.valueAsNumber)} />
    </div>
  );
}
