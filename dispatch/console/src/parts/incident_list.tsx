// A list of incidents: the open ones with running clocks, the closed ones on request, each saying who is going and how far they are.
import { useSignal } from "@preact/signals";
import type { ComponentChildren } from "preact";
import type { Assignment, Incident } from "../api/wire";
import { assignmentsOf, closedInOrder, openInOrder } from "../trade/incident";
import { words } from "../words/language";
import { IncidentRow } from "./incident_row";

interface Properties {
  class: string;
  label: string;
  noneOpen: string;
  incidents: ReadonlyMap<string, Incident>;
  assignments: ReadonlyMap<string, Assignment>;
  /** Whether what is there is known, so that a list without any may say so. */
  known: boolean;
  chosen: string | null;
  onChoose: (id: string) => void;
  onClosed?: () => void;
  /** What stands above the switch: of the closed ones that are shown, or null while the open ones are. */
  head: (closed: readonly Incident[] | null) => ComponentChildren;
}

export function IncidentList(properties: Properties) {
  const { label, noneOpen, incidents, assignments, known, chosen, onChoose, onClosed, head } = properties;
  const closedToo = useSignal(false);
  const say = words.value.incident;
  const open = openInOrder(incidents.values());
  const closed = closedInOrder(incidents.values());
  const shown = closedToo.value ? closed : open;
  return (
    <nav class={properties.class} aria-label={label}>
      <div class="list-head">
        {head(closedToo.value ? closed : null)}
        <div class="switch" role="group" aria-label={label}>
          <button type="button" aria-pressed={!closedToo.value} onClick={() => (closedToo.value = false)}>
            {say.open(open.length)}
          </button>
          <button
            type="button"
            aria-pressed={closedToo.value}
            onClick={() => {
              closedToo.value = true;
              onClosed?.();
            }}
          >
            {say.closed(closed.length)}
          </button>
        </div>
      </div>
      <ol class="scrolls">
        {shown.map((incident) => (
          <li key={incident.id}>
            <IncidentRow incident={incident} assignments={assignmentsOf(incident.id, assignments.values())} chosen={chosen === incident.id} onChoose={() => onChoose(incident.id)} />
          </li>
        ))}
        {shown.length === 0 && known && <li class="hint">{closedToo.value ? say.noneClosed : noneOpen}</li>}
      </ol>
    </nav>
  );
}
