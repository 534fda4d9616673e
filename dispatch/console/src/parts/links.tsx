// That several callers told of an incident, and that it is linked with others: small, for lists and heads.
import type { Incident } from "../api/wire";
import { words } from "../words/language";

export function LinkMarks({ incident }: { incident: Incident }) {
  const say = words.value.link;
  if (incident.reports < 2 && incident.links.length === 0) return null;
  return (
    <span class="link-marks">
      {incident.reports > 1 && <span class="quiet-text">{say.reports(incident.reports)}</span>}
      {incident.links.map(({ id, number, repeats }) => (
        <span key={id} class="link-mark">
          ⇄ {repeats ? say.repeats(number) : say.repeatedBy(number)}
        </span>
      ))}
    </span>
  );
}
