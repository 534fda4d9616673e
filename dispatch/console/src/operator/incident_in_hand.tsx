// The incident in hand: what and where, who is going, who should go and why, what can be done, and what has been done.
import type { Incident } from "../api/wire";
import { Facts, Headline } from "../parts/incident_facts";
import { assignmentsOf, isLocated } from "../trade/incident";
import { typeName } from "../trade/naming";
import { words } from "../words/language";
import { Acts } from "./acts";
import { AssignmentCard } from "./assignment_card";
import type { Desk } from "./desk";
import { Links } from "./duplicates";
import { EvacuationPanel } from "./evacuation";
import { LocateCandidates } from "./locate";
import { OutlookLine } from "./outlook";
import { RecommendationPanel } from "./recommendation";
import { Reports } from "./reports";
import { Section } from "./section";
import { TimelinePanel } from "./timeline";
import { WhoWent } from "./who_went";

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
      <OutlookLine desk={desk} incident={incident} />
      <Facts incident={incident} />
      {desk.acts && <Acts desk={desk} incident={incident} />}
      {!isLocated(incident) && incident.status === "open" && <LocateCandidates desk={desk} incident={incident} />}
      <Links desk={desk} incident={incident} />
      {assignments.length > 0 && (
        <Section title={say.assign.going}>
          {assignments.map((assignment) => (
            <AssignmentCard key={assignment.id} desk={desk} assignment={assignment} />
          ))}
        </Section>
      )}
      <WhoWent desk={desk} incident={incident} />
      <EvacuationPanel desk={desk} incident={incident} />
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
