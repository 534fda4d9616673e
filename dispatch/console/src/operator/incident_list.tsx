// The desk's incidents, with the buttons that begin another or enter one that is over.
import type { Incident } from "../api/wire";
import { IncidentList } from "../parts/incident_list";
import { words } from "../words/language";
import type { Desk } from "./desk";

export function DeskIncidents({ desk }: { desk: Desk }) {
  const say = words.value;
  return (
    <IncidentList
      class="incidents"
      label={say.incident.list}
      noneOpen={say.incident.noneOpen}
      incidents={desk.store.incidents.value}
      assignments={desk.store.assignments.value}
      known={desk.everLive.value}
      chosen={desk.calling.value || desk.entering.value ? null : desk.chosen.value}
      onChoose={(id) => desk.choose(id)}
      onClosed={() => void desk.readClosed().catch(() => undefined)}
      head={(closed) => desk.acts && <Head desk={desk} closed={closed} />}
    />
  );
}

function Head({ desk, closed }: { desk: Desk; closed: readonly Incident[] | null }) {
  const say = words.value;
  return (
    <>
      <button type="button" class="primary" onClick={() => desk.takeCall()}>
        + {say.call.start}
      </button>
      {closed !== null && (
        <p class="line">
          <span class="grows quiet-text">{say.late.count(closed.filter(({ entered_late_at }) => entered_late_at !== null).length)}</span>
          <button type="button" onClick={() => desk.beginLate()}>
            {say.late.start}
          </button>
        </p>
      )}
    </>
  );
}
