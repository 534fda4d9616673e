// Who should go: the units advised in order with time and way, every other unit with its reason, who to tell, what is missing.
import type { Candidate, Incident, Recommendation } from "../api/wire";
import { Failure } from "../parts/said";
import { useSending } from "../parts/sending";
import { isOutOfTheQuestion, isPassedOver } from "../trade/candidate";
import { skillName } from "../trade/naming";
import { listed, timeOfDay } from "../trade/writing";
import { nameOf, words } from "../words/language";
import { CandidateRow } from "./candidate";
import type { Desk } from "./desk";
import { Doubt } from "./doubt";
import { Section } from "./section";

interface Properties {
  desk: Desk;
  incident: Incident;
}

export function RecommendationPanel({ desk, incident }: Properties) {
  const say = words.value.recommendation;
  const { value, working, failure } = desk.recommendation;
  const advice = value.value?.incident === incident.id ? value.value : null;
  if (incident.status === "closed") return null;
  if (incident.place?.point == null) {
    return (
      <Section title={say.title}>
        <p class="hint">{say.notYet}</p>
      </Section>
    );
  }
  const aside = (
    <>
      <span class="quiet-text">{advice !== null && say.at(timeOfDay(advice.at))}</span>
      <button type="button" class="quiet" disabled={working.value} onClick={() => void desk.recommend(incident)}>
        {working.value ? say.computing : say.refresh}
      </button>
    </>
  );
  return (
    <Section title={say.title} aside={aside}>
      <Failure text={failure.value} />
      {advice === null ? <p class="hint">{failure.value === null && say.computing}</p> : <Advice desk={desk} incident={incident} advice={advice} />}
    </Section>
  );
}

function Advice({ desk, incident, advice }: Properties & { advice: Recommendation }) {
  const say = words.value.recommendation;
  const others = advice.candidates.filter(isPassedOver);
  const cannot = advice.candidates.filter(isOutOfTheQuestion);
  return (
    <div class="advice">
      <Doubt desk={desk} incident={incident} advice={advice} />
      <Shortfalls advice={advice} />
      <First desk={desk} incident={incident} advice={advice} />
      <Responders advice={advice} />
      <Others title={say.others(others.length)} desk={desk} incident={incident} advice={advice} candidates={others} />
      <Others title={say.cannot(cannot.length)} desk={desk} incident={incident} advice={advice} candidates={cannot} />
    </div>
  );
}

function First({ desk, incident, advice }: Properties & { advice: Recommendation }) {
  const sending = useSending();
  const say = words.value;
  const nobody = incident.units.length > 0 && advice.shortfalls.length === 0 ? say.recommendation.nothingMore : say.recommendation.nobody;
  if (advice.first.length === 0) return <p class="hint">{nobody}</p>;
  const assignAll = async () => {
    for (const { unit } of advice.first) await desk.assign(incident, { unit, decision: advice.decision });
  };
  return (
    <div class="first">
      <div class="first-head">
        {advice.within_target !== null && (
          <span class={advice.within_target ? "within" : "beyond"}>
            <span aria-hidden="true">{advice.within_target ? "✓ " : "▲ "}</span>
            {advice.within_target ? say.recommendation.within : say.recommendation.beyond}
          </span>
        )}
        {advice.first.length > 1 && !incident.shadow && (
          <button type="button" class="primary" disabled={sending.working} onClick={() => void sending.send(assignAll)}>
            {sending.working ? say.assign.working : say.assign.all(advice.first.length)}
          </button>
        )}
      </div>
      <Failure text={sending.failure} />
      <ol class="units-advised">
        {advice.first.map((candidate, n) => (
          <CandidateRow key={candidate.unit} desk={desk} incident={incident} advice={advice} candidate={candidate} rank={n + 1} />
        ))}
      </ol>
    </div>
  );
}

function Others({ title, desk, incident, advice, candidates }: Properties & { title: string; advice: Recommendation; candidates: readonly Candidate[] }) {
  if (candidates.length === 0) return null;
  return (
    <details class="others">
      <summary>{title}</summary>
      <ol>
        {candidates.map((candidate) => (
          <CandidateRow key={candidate.unit} desk={desk} incident={incident} advice={advice} candidate={candidate} rank={null} />
        ))}
      </ol>
    </details>
  );
}

function Shortfalls({ advice }: { advice: Recommendation }) {
  const say = words.value.recommendation;
  if (advice.shortfalls.length === 0) return null;
  return (
    <div class="shortfalls">
      <h4>
        <span aria-hidden="true">▲ </span>
        {say.shortfalls}
      </h4>
      <ul>
        {advice.shortfalls.map((each) => (
          <li key={`${each.tier} ${each.capabilities.join()}`}>
            {say.tier(each.tier)} · {say.shortfall(each.people, listed(each.capabilities.map(skillName)) || say.anySkill)}{" "}
            <span class="quiet-text">{each.reason}</span>
          </li>
        ))}
      </ul>
    </div>
  );
}

function Responders({ advice }: { advice: Recommendation }) {
  if (advice.responders.length === 0) return null;
  return (
    <div class="responders">
      <h4>{words.value.recommendation.responders}</h4>
      <ul>
        {advice.responders.map((each) => (
          <li key={each.code}>
            {nameOf(each)} <a href={`tel:${each.phone}`}>{each.phone}</a>
          </li>
        ))}
      </ul>
    </div>
  );
}
