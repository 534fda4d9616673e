// One unit weighed for the incident: how soon, by which way, why it is or is not chosen, and the button that sends it.
import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import type { Candidate, Incident, Recommendation } from "../api/wire";
import { takeFocus } from "../parts/focus";
import { Failure } from "../parts/said";
import { useSending, type Sending } from "../parts/sending";
import { isHeld } from "../trade/candidate";
import { journeySentence } from "../trade/journey";
import { skillsList } from "../trade/naming";
import { age, duration } from "../trade/writing";
import { words } from "../words/language";
import type { Desk } from "./desk";

interface Properties {
  desk: Desk;
  incident: Incident;
  advice: Recommendation;
  candidate: Candidate;
  rank: number | null;
}


export function CandidateRow({ desk, incident, advice, candidate, rank }: Properties) {
  const say = words.value;
  const sending = useSending();
  const asking = useSignal(false);
  const assign = (reason?: string) =>
    sending.send(() =>
      desk.assign(incident, { unit: candidate.unit, decision: advice.decision, ...(reason === undefined ? {} : { reason }) }),
    );
  const sendable = !isHeld(candidate) && !incident.shadow;
  const { picture } = desk;
  const looked = picture.looked.value?.unit === candidate.unit;
  const look = () => (picture.looked.value = candidate);
  const away = () => picture.lookAway(candidate);
  useEffect(() => away, [candidate.unit]);
  return (
    <li
      class={["candidate", candidate.chosen ? "chosen" : "", looked ? "looked" : ""].filter((each) => each !== "").join(" ")}
      onPointerEnter={look}
      onPointerLeave={away}
      onFocusIn={look}
      onFocusOut={away}
    >
      <div class="line">
        {rank !== null && <span class="rank">{rank}</span>}
        <strong class="code">{candidate.code}</strong>
        <span class="eta">{candidate.eta_s === null ? say.recommendation.noEta : say.recommendation.eta(duration(candidate.eta_s))}</span>
        <span class="grows reason">{candidate.reason}</span>
        {candidate.chosen && !incident.shadow && (
          <button type="button" class="primary" disabled={sending.working} onClick={() => void assign()}>
            {sending.working ? say.assign.working : `${say.assign.one} ${candidate.code}`}
          </button>
        )}
        {!candidate.chosen && sendable && !asking.value && (
          <button type="button" aria-label={`${say.assign.other} ${candidate.code}`} onClick={() => (asking.value = true)}>
            {say.assign.other}
          </button>
        )}
      </div>
      {candidate.eta_s !== null && <p class="way">{journeySentence(candidate.legs)}</p>}
      <p class="quiet-text">{details(candidate)}</p>
      {asking.value && <Reason candidate={candidate} sending={sending} onSend={assign} onCancel={() => (asking.value = false)} />}
      <Failure text={sending.failure} />
    </li>
  );
}

interface ReasonProperties {
  candidate: Candidate;
  sending: Sending;
  onSend: (reason: string) => Promise<boolean>;
  onCancel: () => void;
}

/** Another than the recommended unit needs a reason: a word from the list, or one's own. */
function Reason({ candidate, sending, onSend, onCancel }: ReasonProperties) {
  const say = words.value;
  const reason = useSignal("");
  const id = `reason-${candidate.unit}`;
  const submit = (event: Event) => {
    event.preventDefault();
    void onSend(reason.value.trim());
  };
  return (
    <form class="inline-form" onSubmit={submit} onKeyDown={(event) => event.key === "Escape" && onCancel()}>
      <label for={id}>{say.assign.reason(candidate.code)}</label>
      <div class="quick">
        {say.assign.reasons.map((each) => (
          <button type="button" key={each} onClick={() => (reason.value = each)}>
            {each}
          </button>
        ))}
      </div>
      <div class="line">
        <input
          id={id}
          class="grows"
          required
          maxLength={200}
          ref={takeFocus}
          placeholder={say.assign.reasonHint}
          value={reason.value}
          onInput={(event) => (reason.value = event.currentTarget.value)}
        />
        <button type="submit" class="primary" disabled={sending.working || reason.value.trim() === ""}>
          {sending.working ? say.assign.working : say.assign.send}
        </button>
        <button type="button" onClick={onCancel}>
          {say.cancel}
        </button>
      </div>
    </form>
  );
}

/** People and skills, and how well it is known where the unit is. */
function details(candidate: Candidate): string {
  const say = words.value;
  const people = say.recommendation.people(candidate.people);
  return [people, skillsList(candidate.capabilities), positionWords(candidate)].filter((each) => each !== "").join(" · ");
}

function positionWords({ position_source, position_age_s }: Candidate): string {
  const say = words.value;
  if (position_source === null) return say.recommendation.noPosition;
  const sources: Readonly<Record<string, string>> = say.unit.source;
  const source = sources[position_source] ?? position_source;
  if (position_source === "post") return say.unit.atPost;
  return position_age_s === null ? source : say.recommendation.position(source, age(position_age_s));
}
