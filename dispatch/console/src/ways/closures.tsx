// Closures in force and to come, with the button that opens a way again, and the form that closes one.
import { useSignal } from "@preact/signals";
import { postOnce } from "../api/once";
import type { Closure } from "../api/wire";
import type { Desk } from "../operator/desk";
import { Failure } from "../parts/said";
import { useSending } from "../parts/sending";
import { now_ms } from "../store/now";
import { closureWhen, closureWhat, notOver, standing } from "../trade/closure";
import { nameOf, words } from "../words/language";
import { CloseWay } from "./close_way";

export function Closures({ desk }: { desk: Desk }) {
  const say = words.value.ways;
  const adding = useSignal(false);
  const closures = notOver([...desk.store.closures.value.values()], now_ms.value);
  return (
    <section>
      <h3>{say.closures}</h3>
      {closures.length === 0 && <p class="hint">{say.nothingClosed}</p>}
      <ul>
        {closures.map((closure) => (
          <ClosureRow key={closure.id} desk={desk} closure={closure} />
        ))}
      </ul>
      {desk.acts && !adding.value && (
        <button type="button" onClick={() => (adding.value = true)}>
          {say.add}
        </button>
      )}
      {adding.value && <CloseWay desk={desk} onDone={() => (adding.value = false)} />}
    </section>
  );
}

function ClosureRow({ desk, closure }: { desk: Desk; closure: Closure }) {
  const say = words.value.ways;
  const sending = useSending();
  const end = () =>
    void sending.send(async () => desk.store.answered("closure", await postOnce<Closure>(`/api/closures/${closure.id}/end`, {})));
  const coming = standing(closure, now_ms.value) === "coming";
  return (
    <li class={`closure-row ${coming ? "coming" : ""}`}>
      <div class="line">
        <span class="grows">
          <strong>{nameOf(closure)}</strong> {closureWhat(closure)}
        </span>
        {desk.acts && (
          <button type="button" disabled={sending.working} onClick={end}>
            {coming ? say.callOff : say.end}
            <span class="unseen"> {nameOf(closure)}</span>
          </button>
        )}
      </div>
      <p class="quiet-text">
        {closureWhen(closure, now_ms.value)} · {closure.reason} · {closure.by}
      </p>
      <Failure text={sending.failure} />
    </li>
  );
}
