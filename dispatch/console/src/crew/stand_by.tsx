// Between orders: whether the unit can be sent as the service sees it, and what the crew can say of itself.
import { useSignal } from "@preact/signals";
import { postOnce } from "../api/once";
import type { NewAvailability, Unit } from "../api/wire";
import { UnitStateMark } from "../parts/marks";
import { Failure } from "../parts/said";
import { useSending } from "../parts/sending";
import { now_ms } from "../store/now";
import { positionWords } from "../trade/naming";
import { nameOf, words } from "../words/language";
import type { Phone } from "./phone";

export function StandBy({ phone }: { phone: Phone }) {
  const say = words.value.crew;
  const unit = phone.unit.value.value?.items[0] ?? null;
  return (
    <section class="stand-by">
      <h2>{say.noOrder}</h2>
      <p>{say.standBy}</p>
      {unit !== null && <OwnUnit phone={phone} unit={unit} />}
      <Sharing phone={phone} />
    </section>
  );
}

function OwnUnit({ phone, unit }: { phone: Phone; unit: Unit }) {
  const say = words.value;
  const sending = useSending();
  const asking = useSignal(false);
  const set = async (availability: Omit<NewAvailability, "id">) => {
    asking.value = false;
    await sending.send(() => postOnce(`/api/units/${unit.id}/availability`, availability));
    phone.readUnit();
  };
  const there = unit.position?.source === "post";
  return (
    <div class="own-unit">
      <p class="own-state">
        <strong>{unit.code}</strong> <UnitStateMark state={unit.state} />
        <span class="quiet-text"> {unit.reason ?? positionWords(unit, now_ms.value)}</span>
      </p>
      {unit.state === "off_duty" || (
        <div class="other-buttons">
          {!there && unit.post !== null && (
            <button type="button" class="primary" disabled={sending.working} onClick={() => void set({ available: true, in_contact: true, at_post: true })}>
              {say.unit.backAtPost} · {nameOf(unit.post)}
            </button>
          )}
          {unit.state === "unavailable" ? (
            <button type="button" class="primary" disabled={sending.working} onClick={() => void set({ available: true, in_contact: true, at_post: false })}>
              {say.unit.available}
            </button>
          ) : (
            <button type="button" aria-expanded={asking.value} disabled={sending.working} onClick={() => (asking.value = !asking.value)}>
              {say.unit.unavailable}
            </button>
          )}
        </div>
      )}
      {asking.value && (
        <div class="other-buttons" role="group" aria-label={say.unit.why}>
          {say.crew.declineReasons.map((reason) => (
            <button type="button" key={reason} onClick={() => void set({ available: false, in_contact: true, at_post: false, reason })}>
              {reason}
            </button>
          ))}
        </div>
      )}
      <Failure text={sending.failure} />
    </div>
  );
}

function Sharing({ phone }: { phone: Phone }) {
  const say = words.value.crew.sharing;
  const { state } = phone.position;
  const on = state.value === "on" || state.value === "waiting";
  return (
    <div class="sharing">
      <button type="button" aria-pressed={on} onClick={() => (on ? phone.position.end() : phone.position.begin())}>
        {on ? say.end : say.begin}
      </button>
      <span class="quiet-text" role="status">
        {say.state[state.value]}
      </span>
    </div>
  );
}
