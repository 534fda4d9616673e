// A place that was not understood: what was said, the places it may have meant, one click to take one.
import type { Incident, Location } from "../api/wire";
import { placeAside } from "../parts/place_search";
import { Failure } from "../parts/said";
import { useSending } from "../parts/sending";
import { nameOf, words } from "../words/language";
import type { Desk } from "./desk";

export function LocateCandidates({ desk, incident }: { desk: Desk; incident: Incident }) {
  const sending = useSending();
  const held = desk.candidates.value;
  const items = held?.incident === incident.id ? held.items : [];
  const said = incident.place?.words ?? null;
  if (said === null) return null;
  const say = words.value.locate;
  const take = (location: Location) => void sending.send(() => desk.stepIncident(incident, { step: "locate", location }));
  return (
    <section class="asks">
      <h3>{items.length > 0 ? say.which : say.none}</h3>
      <p class="quiet-text">{say.heard(said)}</p>
      <ol class="candidates-of-place">
        {items.map((candidate) => (
          <li key={`${candidate.kind} ${candidate.code}`}>
            <button
              type="button"
              disabled={!desk.acts || sending.working}
              onClick={() => take(candidate.location as Location)}
            >
              <strong>{nameOf(candidate)}</strong> <span class="quiet-text">{placeAside(candidate)}</span>
            </button>
          </li>
        ))}
      </ol>
      <Failure text={sending.failure} />
    </section>
  );
}
