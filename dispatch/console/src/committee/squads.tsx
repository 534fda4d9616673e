// The committee's own squads on an incident: who has gone and how far, and, while it has the incident in hand, sending one.
import type { Incident } from "../api/wire";
import { Departures } from "../parts/departures";
import { Failure } from "../parts/said";
import { useSending } from "../parts/sending";
import { nameOf, words } from "../words/language";
import type { CommitteeSeat } from "./seat";

export function Squads({ seat, incident }: { seat: CommitteeSeat; incident: Incident }) {
  const say = words.value.committee;
  const sending = useSending();
  const own = seat.squads.value.value?.items ?? [];
  const sends = incident.status === "open" && seat.owns(incident);
  if (!sends && incident.departures.length === 0) return null;
  return (
    <section aria-label={say.squads}>
      <h3>{say.squads}</h3>
      <Departures incident={incident} mayStep={({ squad }) => own.some(({ code }) => code === squad?.code)} onStep={seat.stepDeparture.bind(seat)} />
      {sends && (
        <ul class="departures">
          {own.map((squad) => (
            <li key={squad.code} class="line">
              <span class="grows">
                {nameOf(squad)} <a href={`tel:${squad.phone}`}>{squad.phone}</a>
              </span>
              {squad.incident === null && (
                <button type="button" disabled={sending.working} onClick={() => void sending.send(() => seat.sendSquad(incident, { squad: squad.code, channel: "phone" }))}>
                  {say.sendSquad}
                  <span class="unseen"> {nameOf(squad)}</span>
                </button>
              )}
              {squad.incident !== null && squad.incident_number !== null && <span class="quiet-text">{words.value.unit.onIncident(squad.incident_number)}</span>}
            </li>
          ))}
        </ul>
      )}
      {sends && <p class="quiet-text">{say.squadsWhy}</p>}
      <Failure text={sending.failure} />
    </section>
  );
}
