// The present mode with who switched it and why; a supervisor switches it, told first what that changes and what it does not.
import { useSignal } from "@preact/signals";
import { useEffect, useId } from "preact/hooks";
import { postOnce } from "../api/once";
import type { AreaMode, AreaModeNow } from "../api/wire";
import type { Desk } from "../operator/desk";
import { takeFocus } from "../parts/focus";
import { Failure } from "../parts/said";
import { useSending } from "../parts/sending";
import { now_ms } from "../store/now";
import { Reading } from "../store/reading";
import { supervises } from "../trade/seat";
import { shortTime } from "../trade/writing";
import { words } from "../words/language";
import { shadowWords } from "../words/shadow";

export function ModeSwitch({ desk }: { desk: Desk }) {
  const say = words.value;
  const told = useSignal(new Reading<AreaModeNow>()).value;
  const mode = desk.store.mode.value;
  useEffect(() => void told.from("/api/mode"), [mode?.version]);
  if (mode === null) return null;
  const now = told.value.value;
  const by = mode.at === null || mode.by === null ? "" : say.ways.switched(shortTime(mode.at, now_ms.value), mode.by, mode.reason ?? "");
  return (
    <section>
      <h3>{shadowWords.value.now}</h3>
      <p>
        <strong>{shadowWords.value.mode[mode.mode]}</strong> <span class="quiet-text">{by}</span>
      </p>
      <p>{shadowWords.value.means[mode.mode]}</p>
      {now !== null && <p class="quiet-text">{shadowWords.value.open(now.open_shadow, now.open_live)}</p>}
      <Failure text={told.failure.value} />
      {supervises(desk.session) && <Switch key={mode.version} desk={desk} to={mode.mode === "live" ? "shadow" : "live"} />}
    </section>
  );
}

function Switch({ desk, to }: { desk: Desk; to: AreaMode["mode"] }) {
  const say = words.value;
  const asked = useSignal(false);
  const reason = useSignal("");
  const sending = useSending();
  const id = useId();
  if (!asked.value) {
    return (
      <button type="button" onClick={() => (asked.value = true)}>
        {shadowWords.value.switchTo[to]}
      </button>
    );
  }
  const submit = (event: Event) => {
    event.preventDefault();
    void sending.send(async () => desk.store.answered("mode", await postOnce<AreaMode>("/api/mode", { mode: to, reason: reason.value.trim() })));
  };
  return (
    <form class="ways-form" onSubmit={submit}>
      <p>
        <strong>{shadowWords.value.changes[to]}</strong> {shadowWords.value.stays}
      </p>
      <div class="line">
        <label for={id}>{say.ways.reason}</label>
        <input id={id} class="grows" required maxLength={200} autocomplete="off" ref={takeFocus} value={reason.value} onInput={(event) => (reason.value = event.currentTarget.value)} />
        <button type="submit" class="primary" disabled={sending.working || reason.value.trim() === ""}>
          {shadowWords.value.switchTo[to]}
        </button>
        <button type="button" onClick={() => (asked.value = false)}>
          {say.cancel}
        </button>
      </div>
      <Failure text={sending.failure} />
    </form>
  );
}
