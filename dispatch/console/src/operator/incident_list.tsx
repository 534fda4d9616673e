// The incidents: the open ones with running clocks, the closed ones on request, each saying who is going and how far they are.
import { useSignal } from "@preact/signals";
import { IncidentRow } from "../parts/incident_row";
import { assignmentsOf, closedInOrder, openInOrder } from "../trade/incident";
import { words } from "../words/language";
import type { Desk } from "./desk";

export function IncidentList({ desk }: { desk: Desk }) {
  const closedToo = useSignal(false);
  const say = words.value;
  const all = desk.store.incidents.value.values();
  const open = openInOrder(all);
  const closed = closedInOrder(desk.store.incidents.value.values());
  const shown = closedToo.value ? closed : open;
  const late = closed.filter(({ entered_late_at }) => entered_late_at !== null).length;
  return (
    <nav class="incidents" aria-label={say.incident.list}>
      <div class="list-head">
        {desk.acts && (
          <button type="button" class="primary" onClick={() => desk.takeCall()}>
            + {say.call.start}
          </button>
        )}
        {desk.acts && closedToo.value && (
          <p class="line">
            <span class="grows quiet-text">{say.late.count(late)}</span>
            <button type="button" onClick={() => desk.beginLate()}>
              {say.late.start}
            </button>
          </p>
        )}
        <div class="switch" role="group" aria-label={say.incident.list}>
          <button type="button" aria-pressed={!closedToo.value} onClick={() => (closedToo.value = false)}>
            {say.incident.open(open.length)}
          </button>
          <button
            type="button"
            aria-pressed={closedToo.value}
            onClick={() => {
              closedToo.value = true;
              void desk.readClosed().catch(() => undefined);
            }}
          >
            {say.incident.closed(closed.length)}
          </button>
        </div>
      </div>
      <ol class="scrolls">
        {shown.map((incident) => (
          <li key={incident.id}>
            <IncidentRow
              incident={incident}
              assignments={assignmentsOf(incident.id, desk.store.assignments.value.values())}
              chosen={desk.chosen.value === incident.id && !desk.calling.value}
              onChoose={() => desk.choose(incident.id)}
            />
          </li>
        ))}
        {shown.length === 0 && desk.everLive.value && (
          <li class="hint">{closedToo.value ? say.incident.noneClosed : say.incident.noneOpen}</li>
        )}
      </ol>
    </nav>
  );
}
