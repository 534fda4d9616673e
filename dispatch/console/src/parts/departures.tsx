// Who went by word of mouth: since when, how far, and the buttons of whoever may say more of it.
import type { Departure, DepartureStep, Incident } from "../api/wire";
import { now_ms } from "../store/now";
import { departureName } from "../trade/naming";
import { shortTime } from "../trade/writing";
import { shadowWords } from "../words/shadow";
import { Failure } from "./said";
import { useSending } from "./sending";

type OnStep = ((departure: Departure, step: Omit<DepartureStep, "id">) => Promise<void>) | null;

export function Departures({ incident, onStep, mayStep = () => true }: { incident: Incident; onStep: OnStep; mayStep?: (departure: Departure) => boolean }) {
  if (incident.departures.length === 0) return null;
  return (
    <ul class="departures">
      {incident.departures.map((departure) => (
        <Gone key={departure.id} departure={departure} onStep={mayStep(departure) ? onStep : null} />
      ))}
    </ul>
  );
}

function Gone({ departure, onStep }: { departure: Departure; onStep: OnStep }) {
  const say = shadowWords.value;
  const sending = useSending();
  const step = (name: DepartureStep["step"]) => onStep !== null && void sending.send(() => onStep(departure, { step: name }));
  const { at_patient_at, handed_over_at, went_at } = departure;
  const who = departureName(departure);
  const times = [say.wentAt(shortTime(went_at, now_ms.value)), at_patient_at && say.thereAt(shortTime(at_patient_at, now_ms.value)), handed_over_at && say.overAt(shortTime(handed_over_at, now_ms.value))];
  return (
    <li class="line">
      <strong class="code">{who}</strong>
      <span class="grows">{times.filter((each) => each !== null).join(" · ")}</span>
      {onStep !== null && (
        <span class="quick">
          {at_patient_at === null && (
            <button type="button" disabled={sending.working} aria-label={`${say.atPatient} ${who}`} onClick={() => step("at_patient")}>
              {say.atPatient}
            </button>
          )}
          {handed_over_at === null && (
            <button type="button" disabled={sending.working} aria-label={`${say.handedOver} ${who}`} onClick={() => step("handed_over")}>
              {say.handedOver}
            </button>
          )}
          <button type="button" class="quiet" disabled={sending.working} aria-label={`${say.withdraw} ${who}`} onClick={() => step("withdraw")}>
            {say.withdraw}
          </button>
        </span>
      )}
      <Failure text={sending.failure} />
    </li>
  );
}
