// Which of the two: a vague place on or under a cliff, its ways with who would be there when, one click to say which.
import type { Incident, Recommendation, WayInDoubt } from "../api/wire";
import { Failure } from "../parts/said";
import { useSending } from "../parts/sending";
import { onWay } from "../trade/incident";
import { duration, length } from "../trade/writing";
import { nameOf, words } from "../words/language";
import type { Desk } from "./desk";

interface Properties {
  desk: Desk;
  incident: Incident;
  advice: Recommendation;
}

export function Doubt({ desk, incident, advice }: Properties) {
  const sending = useSending();
  const say = words.value.doubt;
  const ways = advice.doubt ?? [];
  if (ways.length === 0) return null;
  const settle = (edge: string) => {
    const location = onWay(incident.place, edge);
    if (location !== null) void sending.send(() => desk.stepIncident(incident, { step: "locate", location }));
  };
  return (
    <div class="asks doubt" role="group" aria-label={say.which(ways.length)}>
      <h4>
        <span aria-hidden="true">? </span>
        {say.which(ways.length)}
      </h4>
      <p class="quiet-text">{say.why}</p>
      <ol class="ways-in-doubt">
        {ways.map((way) => (
          <li key={way.edge}>
            <button type="button" disabled={!desk.acts || sending.working} onClick={() => settle(way.edge)}>
              <strong>{nameOf(way) || way.edge}</strong> {say.height(Math.round(way.elevation_m))}
              <span class="doubt-when">{arrival(way)}</span>
              <span class="quiet-text">
                {say.beside(length(way.distance_m))}
                {way.taken && ` · ${say.taken}`}
              </span>
            </button>
          </li>
        ))}
      </ol>
      <Failure text={sending.failure} />
    </div>
  );
}

function arrival(way: WayInDoubt): string {
  const say = words.value.doubt;
  return way.eta_s === null || way.unit_code === null ? say.nobody : say.soonest(way.unit_code, duration(way.eta_s));
}
