// One unit opened: duty, skills, kit, and what the desk can enter for it: signed on or off, in contact, where it is.
import { useSignal } from "@preact/signals";
import { useId } from "preact/hooks";
import type { NewAvailability, Unit } from "../api/wire";
import { PlaceSearch } from "../parts/place_search";
import { Failure } from "../parts/said";
import { useSending } from "../parts/sending";
import { now_ms } from "../store/now";
import { crewSteps } from "../trade/move";
import { skillsList, vehicleName } from "../trade/naming";
import { shortTime } from "../trade/writing";
import { nameOf, words } from "../words/language";
import type { Desk, Without } from "./desk";

export function UnitDetails({ desk, unit }: { desk: Desk; unit: Unit }) {
  return (
    <div class="unit-details">
      {facts(unit).map((fact) => (
        <p key={fact}>{fact}</p>
      ))}
      {desk.acts && unit.on_duty && <UnitActs desk={desk} unit={unit} />}
    </div>
  );
}

function facts(unit: Unit): readonly string[] {
  const say = words.value.unit;
  return [
    nameOf(unit),
    unit.reason ?? "",
    unit.post === null ? "" : `${say.post} ${nameOf(unit.post)}`,
    skillsList(unit.capabilities),
    unit.vehicle === null ? "" : vehicleName(unit.vehicle),
    unit.duty_until === null ? "" : say.dutyUntil(shortTime(unit.duty_until, now_ms.value)),
    unit.duty_until !== null || unit.next_duty_at === null ? "" : say.nextDuty(shortTime(unit.next_duty_at, now_ms.value)),
  ].filter((fact) => fact !== "");
}

function UnitActs({ desk, unit }: { desk: Desk; unit: Unit }) {
  const say = words.value.unit;
  const sending = useSending();
  const reason = useSignal("");
  const where = useSignal("");
  const id = useId();
  const set = (availability: Without<NewAvailability>) => {
    const why = reason.value.trim();
    void sending.send(() => desk.setAvailability(unit, { ...availability, ...(why === "" ? {} : { reason: why }) }));
  };
  const move = desk.store.moves.value.get(unit.id);
  return (
    <div class="unit-acts">
      {move !== undefined && (
        <div class="quick" role="group" aria-label={words.value.moveUp.to(nameOf(move.to))}>
          {[...crewSteps(move), "call_off" as const].map((step) => (
            <button type="button" key={step} disabled={sending.working} onClick={() => void sending.send(() => desk.stepMove(move, step))}>
              {words.value.moveUp.steps[step]}
            </button>
          ))}
        </div>
      )}
      <label for={id}>{say.why}</label>
      <input id={id} maxLength={200} placeholder={words.value.optional} value={reason.value} onInput={(event) => (reason.value = event.currentTarget.value)} />
      <div class="quick">
        {unit.state === "unavailable" ? (
          <button type="button" onClick={() => set({ available: true, in_contact: true, at_post: false })}>{say.available}</button>
        ) : (
          <button type="button" onClick={() => set({ available: false, in_contact: true, at_post: false })}>{say.unavailable}</button>
        )}
        {unit.state === "out_of_contact" ? (
          <button type="button" onClick={() => set({ available: true, in_contact: true, at_post: false })}>{say.found}</button>
        ) : (
          <button type="button" onClick={() => set({ available: true, in_contact: false, at_post: false })}>{say.lost}</button>
        )}
        <button type="button" onClick={() => set({ available: true, in_contact: true, at_post: true })}>{say.backAtPost}</button>
      </div>
      <PlaceSearch
        label={say.placeByRadio}
        hint={say.placeHint}
        text={where.value}
        onText={(text) => (where.value = text)}
        onChoose={(candidate) => {
          where.value = nameOf(candidate);
          void sending.send(() => desk.placeByRadio(unit, candidate));
        }}
      />
      <Failure text={sending.failure} />
    </div>
  );
}
