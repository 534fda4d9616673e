// The way out of the incident in hand: patients, where they are handed on, who must carry, lifts asked, the hospital told.
import { useSignal } from "@preact/signals";
import { useEffect, useId, useRef } from "preact/hooks";
import type { Evacuation, Incident, Leg, LiftRequest, Rendezvous } from "../api/wire";
import { PlaceSearch } from "../parts/place_search";
import { Failure } from "../parts/said";
import { useSending } from "../parts/sending";
import { Reading } from "../store/reading";
import { journeySentence } from "../trade/journey";
import { isLocated } from "../trade/incident";
import { duration, length, timeOfDay } from "../trade/writing";
import { nameOf, words } from "../words/language";
import type { Desk } from "./desk";
import { Section } from "./section";

interface Properties {
  desk: Desk;
  incident: Incident;
}

export function EvacuationPanel({ desk, incident }: Properties) {
  const say = words.value.evacuation;
  const open = useSignal(incident.evacuation !== null || incident.lift_requests.length > 0);
  const plan = incident.evacuation;
  const mayPlan = desk.acts && incident.status === "open";
  if (!mayPlan && plan === null && incident.lift_requests.length === 0) return null;
  return (
    <Section
      title={say.title}
      aside={
        mayPlan && (
          <button type="button" class="quiet" aria-expanded={open.value} onClick={() => (open.value = !open.value)}>
            {say.plan}
          </button>
        )
      }
    >
      {plan !== null && <Plan plan={plan} />}
      <LiftRequests desk={desk} incident={incident} />
      {mayPlan && open.value && <Planning desk={desk} incident={incident} />}
    </Section>
  );
}

function Plan({ plan }: { plan: Evacuation }) {
  const say = words.value.evacuation;
  const to = nameOf({ name_zh: plan.rendezvous_zh ?? "", name_en: plan.rendezvous_en ?? "" });
  return (
    <div class="way-out">
      <p>
        <strong>{say.patients(plan.patients)}</strong> · <strong>{say.carriers(plan.carriers)}</strong>{" "}
        {plan.travel_s !== null && <span class="quiet-text">{say.carry(duration(plan.travel_s), length(plan.on_foot_m), length(plan.stairs_m))}</span>}
      </p>
      {to !== "" && (
        <p>
          {say.rendezvous} <strong>{to}</strong>
          {plan.travel_s === null ? ` · ${say.noWay}` : ""}
        </p>
      )}
      {plan.legs.length > 0 && <p class="way">{journeySentence(plan.legs)}</p>}
      {plan.hospital !== null && (
        <p>
          {say.hospital} <strong>{nameOf(plan.hospital)}</strong> · {plan.told_at === null ? say.notTold : say.told(plan.told_who ?? "", timeOfDay(plan.told_at))}
        </p>
      )}
    </div>
  );
}

function LiftRequests({ desk, incident }: Properties) {
  if (incident.lift_requests.length === 0) return null;
  return (
    <ul class="links">
      {incident.lift_requests.map((request) => (
        <LiftRow key={request.id} desk={desk} incident={incident} request={request} />
      ))}
    </ul>
  );
}

function LiftRow({ desk, incident, request }: Properties & { request: LiftRequest }) {
  const say = words.value.evacuation;
  const sending = useSending();
  const by = useSignal("");
  const answer = (granted: boolean) => void sending.send(() => desk.answerLift(incident, request.id, { granted, by: by.value.trim() }));
  const state = request.granted === null ? say.asked(timeOfDay(request.asked_at)) : request.granted ? say.granted : say.refused;
  return (
    <li>
      <p>
        {nameOf(request)} · {say.wish[request.wish]} · <strong>{state}</strong>{" "}
        <span class="quiet-text">
          {[request.granted === null ? request.asked_of : request.answered_who, request.answered_at === null ? null : timeOfDay(request.answered_at), request.note]
            .filter((each) => each !== null && each !== "")
            .join(" · ")}
        </span>
      </p>
      {desk.acts && request.granted === null && (
        <div class="line">
          <input class="grows" aria-label={say.answeredBy} placeholder={say.answeredBy} maxLength={200} value={by.value} onInput={(event) => (by.value = event.currentTarget.value)} />
          <button type="button" disabled={sending.working || by.value.trim() === ""} onClick={() => answer(true)}>
            {say.granted}
          </button>
          <button type="button" disabled={sending.working || by.value.trim() === ""} onClick={() => answer(false)}>
            {say.refused}
          </button>
        </div>
      )}
      <Failure text={sending.failure} />
    </li>
  );
}

const RIDDEN: ReadonlySet<string> = new Set(["cableway", "lift", "rail", "ferry"]);

/** By its ends, in the order in which it is ridden. */
function liftName(leg: Leg | undefined): string | null {
  return leg === undefined ? null : nameOf({ name_zh: `${leg.from}→${leg.to}`, name_en: `${leg.from_en} → ${leg.to_en}` });
}

function Planning({ desk, incident }: Properties) {
  const say = words.value.evacuation;
  const sending = useSending();
  const reading = useRef(new Reading<{ items: Rendezvous[] }>()).current;
  const where = useSignal("");
  const told = useSignal("");
  const id = useId();
  const plan = incident.evacuation;
  const located = isLocated(incident);
  const point = incident.place?.point;
  useEffect(() => {
    if (located) void reading.from(`/api/incidents/${incident.id}/rendezvous`);
  }, [point?.lon, point?.lat]);
  const put = (change: Parameters<Desk["planEvacuation"]>[1]) => sending.send(() => desk.planEvacuation(incident, change));
  const asked = new Set(incident.lift_requests.map(({ edge }) => edge));
  const ridden = plan?.legs.filter(({ mode }) => RIDDEN.has(mode)) ?? [];
  const lifts = (plan?.lifts ?? []).map((edge, at) => ({ edge, name: liftName(ridden[at]) ?? edge })).filter(({ edge }) => !asked.has(edge));
  return (
    <div class="step-entry">
      <div class="line">
        <label for={`${id}-patients`}>{say.howMany}</label>
        <input id={`${id}-patients`} type="number" min={0} max={999} value={plan?.patients ?? 1} onChange={(event) => void put({ patients: Number(event.currentTarget.value) })} />
      </div>
      {located && (
        <>
          <div class="quick" role="group" aria-label={say.nearest}>
            {(reading.value.value?.items ?? []).slice(0, 4).map((each) => (
              <button type="button" key={`${each.kind} ${each.code}`} disabled={sending.working} onClick={() => void put({ rendezvous: { place: each.code } })}>
                {nameOf(each)} {duration(each.travel_s)}
              </button>
            ))}
          </div>
          <PlaceSearch
            label={say.rendezvous}
            hint={words.value.call.placeHint}
            text={where.value}
            onText={(text) => (where.value = text)}
            onChoose={(candidate) => {
              where.value = nameOf(candidate);
              void put({ rendezvous: candidate.location });
            }}
          />
        </>
      )}
      {lifts.map(({ edge, name }) => (
        <div class="quick" key={edge}>
          {(["hold", "open"] as const).map((wish) => (
            <button type="button" key={wish} disabled={sending.working} onClick={() => void sending.send(() => desk.askLift(incident, { edge, wish }))}>
              {say.ask(say.wish[wish], name)}
            </button>
          ))}
        </div>
      ))}
      <div class="line">
        <label for={`${id}-hospital`}>{say.hospital}</label>
        <select id={`${id}-hospital`} value={plan?.hospital?.code ?? ""} onFocus={() => void desk.readResponders()} onChange={(event) => void put({ hospital: event.currentTarget.value })}>
          <option value="">{say.none}</option>
          {plan?.hospital != null && desk.hospitals.value.every(({ code }) => code !== plan.hospital?.code) && <option value={plan.hospital.code}>{nameOf(plan.hospital)}</option>}
          {desk.hospitals.value.map((each) => (
            <option key={each.code} value={each.code}>
              {nameOf(each)} {each.phone}
            </option>
          ))}
        </select>
      </div>
      {plan?.hospital != null && (
        <form
          class="line"
          onSubmit={(event) => {
            event.preventDefault();
            if (told.value.trim() !== "") void put({ told_who: told.value.trim() });
          }}
        >
          <label for={`${id}-told`}>{say.toldWho}</label>
          <input id={`${id}-told`} class="grows" maxLength={200} value={told.value} onInput={(event) => (told.value = event.currentTarget.value)} />
          <button type="submit" disabled={sending.working || told.value.trim() === ""}>
            {say.tell}
          </button>
        </form>
      )}
      <Failure text={sending.failure ?? reading.failure.value} />
    </div>
  );
}
