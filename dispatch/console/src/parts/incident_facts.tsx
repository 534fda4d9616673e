// The head of an incident, and the facts of it that anybody may read who may see it.
import type { ComponentChildren } from "preact";
import type { Incident } from "../api/wire";
import { coordinates, placeName, targetSource, typeName } from "../trade/naming";
import { duration, length, timeOfDay } from "../trade/writing";
import { nameOf, words } from "../words/language";
import { IncidentClock } from "./clock";
import { stateWords } from "./incident_row";
import { LinkMarks } from "./links";
import { ExerciseMark, LateMark, PriorityMark } from "./marks";
import { ShadowMark } from "./shadow_mark";

export function Headline({ incident }: { incident: Incident }) {
  return (
    <div class="headline">
      <div class="grows">
        <h2>
          <PriorityMark priority={incident.priority} /> {typeName(incident.type)}
          <span class="number"> {words.value.incident.number(incident.number)}</span> <ExerciseMark exercise={incident.exercise} />{" "}
          <LateMark incident={incident} /> <ShadowMark incident={incident} />
        </h2>
        <p class="headline-place">
          {placeName(incident.place)} <span class={`incident-state ${incident.state}`}>{stateWords(incident)}</span> <LinkMarks incident={incident} />
        </p>
      </div>
      <IncidentClock incident={incident} />
    </div>
  );
}

export function Facts({ incident }: { incident: Incident }) {
  const say = words.value.incident;
  const { place, cell, team, target_s, target_source, clock } = incident;
  const target = target_s === null ? say.noTarget : duration(target_s);
  return (
    <dl class="facts">
      <Fact name={say.reportedAt}>{timeOfDay(clock.reported_at)}</Fact>
      {incident.entered_late_at !== null && <Fact name={words.value.late.enteredAt}>{timeOfDay(incident.entered_late_at)}</Fact>}
      <Fact name={words.value.owner.title}>{incident.owner === null ? words.value.owner.centre : nameOf(incident.owner)}</Fact>
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
