// The incident in hand: what and where, who is going, who should go and why, what can be done, and what has been done.
import type { ComponentChildren } from "preact";
import type { Incident } from "../api/wire";
import { IncidentClock } from "../parts/clock";
import { ExerciseMark, PriorityMark } from "../parts/marks";
import { assignmentsOf, isLocated } from "../trade/incident";
import { coordinates, placeName, targetSource, typeName } from "../trade/naming";
import { duration, length, timeOfDay } from "../trade/writing";
import { nameOf, words } from "../words/language";
import { Acts } from "./acts";
import { AssignmentCard } from "./assignment_card";
import type { Desk } from "./desk";
import { stateWords } from "./incident_list";
import { LocateCandidates } from "./locate";
import { OutlookLine } from "./outlook";
import { RecommendationPanel } from "./recommendation";
import { Reports } from "./reports";
import { TimelinePanel } from "./timeline";

interface Properties {
  desk: Desk;
  incident: Incident;
}

export function IncidentInHand({ desk, incident }: Properties) {
  const say = words.value;
  const assignments = assignmentsOf(incident.id, desk.store.assignments.value.values());
  return (
    <article aria-label={`${say.incident.number(incident.number)} ${typeName(incident.type)}`}>
      <Headline incident={incident} />
      <OutlookLine incident={incident} />
      <Facts incident={incident} />
      {desk.acts && <Acts desk={desk} incident={incident} />}
      {!isLocated(incident) && incident.status === "open" && <LocateCandidates desk={desk} incident={incident} />}
      {assignments.length > 0 && (
        <Section title={say.assign.going}>
          {assignments.map((assignment) => (
            <AssignmentCard key={assignment.id} desk={desk} assignment={assignment} />
          ))}
        </Section>
      )}
      {desk.acts && <RecommendationPanel desk={desk} incident={incident} />}
      {desk.acts && (
        <div class="records">
          <Reports desk={desk} incident={incident} />
          <TimelinePanel desk={desk} />
        </div>
      )}
    </article>
  );
}

export function Section({ title, aside, children }: { title: string; aside?: ComponentChildren; children: ComponentChildren }) {
  return (
    <section>
      <div class="section-head">
        <h3>{title}</h3>
        {aside}
      </div>
      {children}
    </section>
  );
}

function Headline({ incident }: { incident: Incident }) {
  return (
    <div class="headline">
      <div class="grows">
        <h2>
          <PriorityMark priority={incident.priority} /> {typeName(incident.type)}
          <span class="number"> {words.value.incident.number(incident.number)}</span> <ExerciseMark exercise={incident.exercise} />
        </h2>
        <p class="headline-place">
          {placeName(incident.place)} <span class={`incident-state ${incident.state}`}>{stateWords(incident)}</span>
        </p>
      </div>
      <IncidentClock incident={incident} />
    </div>
  );
}

function Facts({ incident }: { incident: Incident }) {
  const say = words.value.incident;
  const { place, cell, team, target_s, target_source, clock } = incident;
  const target = target_s === null ? say.noTarget : duration(target_s);
  return (
    <dl class="facts">
      <Fact name={say.reportedAt}>{timeOfDay(clock.reported_at)}</Fact>
      {cell !== null && (
        <Fact name={say.cell}>
          {nameOf(cell)} <span class="quiet-text">{cell.code}</span>
        </Fact>
      )}
      {team !== null && <Fact name={say.team}>{nameOf(team)}</Fact>}
      <Fact name={say.target}>
        {target} {target_source !== null && <span class="quiet-text">{targetSource(target_source)}</span>}
      </Fact>
      {place?.point != null && (
        <Fact name={say.coordinates}>
          {coordinates(place)} <span class="quiet-text">WGS-84</span>
          {place.accuracy_m !== null && <span class="quiet-text"> {say.accuracy(length(place.accuracy_m))}</span>}
        </Fact>
      )}
      {place?.snapped != null && place.snapped.distance_m >= 1 && (
        <Fact name={say.way}>{say.snapped(length(place.snapped.distance_m))}</Fact>
      )}
    </dl>
  );
}

function Fact({ name, children }: { name: string; children: ComponentChildren }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}
