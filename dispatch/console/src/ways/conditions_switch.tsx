// The conditions that all times are taken under: the present ones with who switched them and why, and the others.
import { useSignal } from "@preact/signals";
import { useEffect, useId } from "preact/hooks";
import { postOnce } from "../api/once";
import type { Conditions, ConditionsNow } from "../api/wire";
import type { Desk } from "../operator/desk";
import { Failure } from "../parts/said";
import { useSending } from "../parts/sending";
import { now_ms } from "../store/now";
import { Reading } from "../store/reading";
import { shortTime } from "../trade/writing";
import { nameOf, words } from "../words/language";

const NORMAL = "normal";
const TOGETHER = "+";

export function ConditionsSwitch({ desk }: { desk: Desk }) {
  const say = words.value.ways;
  const now = desk.store.conditions.value;
  return (
    <section>
      <h3>{say.conditions}</h3>
      {now !== null && (
        <p>
          <strong>{nameOf(now)}</strong> <span class="quiet-text">{switchedBy(now)}</span>
        </p>
      )}
      {desk.acts && now !== null && <Switch key={now.version} desk={desk} now={now} />}
    </section>
  );
}

function switchedBy({ at, by, reason }: Conditions): string {
  if (at === null || by === null) return "";
  return words.value.ways.switched(shortTime(at, now_ms.value), by, reason ?? "");
}

function Switch({ desk, now }: { desk: Desk; now: Conditions }) {
  const say = words.value.ways;
  const known = useSignal(new Reading<ConditionsNow>()).value;
  const chosen = useSignal<ReadonlySet<string>>(new Set(now.profile.split(TOGETHER).filter((name) => name !== NORMAL)));
  const reason = useSignal("");
  const sending = useSending();
  const id = useId();
  useEffect(() => void known.from("/api/conditions"), []);
  const toggle = (name: string) => {
    const names = new Set(chosen.value);
    if (!names.delete(name)) names.add(name);
    chosen.value = names;
  };
  const submit = (event: Event) => {
    event.preventDefault();
    const profile = [...chosen.value].sort().join(TOGETHER) || NORMAL;
    void sending.send(async () => {
      const switched = await postOnce<Conditions>("/api/conditions", { profile, reason: reason.value.trim() });
      desk.store.answered("conditions", switched);
    });
  };
  return (
    <form class="ways-form" onSubmit={submit}>
      <div class="quick" role="group" aria-label={say.conditionsOf}>
        {known.value.value?.known.map((each) => (
          <button type="button" key={each.name} aria-pressed={chosen.value.has(each.name)} onClick={() => toggle(each.name)}>
            {nameOf(each)}
          </button>
        ))}
      </div>
      <div class="line">
        <label for={id}>{say.reason}</label>
        <input id={id} class="grows" required maxLength={200} autocomplete="off" value={reason.value} onInput={(event) => (reason.value = event.currentTarget.value)} />
        <button type="submit" disabled={sending.working || reason.value.trim() === ""}>
          {chosen.value.size === 0 ? say.switchToNormal : say.switchTo}
        </button>
      </div>
      <Failure text={sending.failure ?? known.failure.value} />
    </form>
  );
}
