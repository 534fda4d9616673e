// Who waits for somebody when several do: in their order, each with the unit that suits all of them best.
import { useEffect, useRef } from "preact/hooks";
import type { Incident, Queue as Waiting, Queued } from "../api/wire";
import { Failure } from "../parts/said";
import { useSending } from "../parts/sending";
import { Reading } from "../store/reading";
import { typeName } from "../trade/naming";
import { words } from "../words/language";
import type { Desk } from "./desk";
import { proposalWords } from "./outlook";

export function Queue({ desk }: { desk: Desk }) {
  const reading = useRef(new Reading<Waiting>()).current;
  const waiting = [...desk.store.incidents.value.values()].filter(({ status, units }) => status === "open" && units.length === 0);
  const several = desk.acts && waiting.length > 1;
  const grounds = several ? JSON.stringify([waiting.map(gist), [...desk.store.units.value.values()].map(({ code, state }) => code + state)]) : null;
  useEffect(() => {
    if (grounds === null) return reading.forget();
    const soon = setTimeout(() => void reading.from("/api/queue"), 300);
    return () => clearTimeout(soon);
  }, [grounds]);
  const items = reading.value.value?.items ?? [];
  if (!several || items.length < 2) return null;
  return (
    <section class="queue" aria-label={words.value.queue.title}>
      <h3>{words.value.queue.title}</h3>
      <ol>
        {items.map((each) => (
          <Row key={each.incident} desk={desk} queued={each} />
        ))}
      </ol>
      <Failure text={reading.failure.value} />
    </section>
  );
}

function Row({ desk, queued }: { desk: Desk; queued: Queued }) {
  const say = words.value;
  const sending = useSending();
  const incident = desk.store.incidents.value.get(queued.incident);
  const { proposed } = queued;
  return (
    <li>
      <div class="line">
        <button type="button" class="quiet" onClick={() => desk.choose(queued.incident)}>
          {queued.priority} {say.incident.number(queued.incident_number)} {incident !== undefined && typeName(incident.type)}
        </button>
        <span class="grows">
          {proposed !== null && proposalWords(proposed)} {say.queue.reason[queued.reason]}
        </span>
        {proposed !== null && incident !== undefined && (
          <button
            type="button"
            aria-label={`${say.assign.one} ${proposed.code} ${say.incident.number(queued.incident_number)}`}
            disabled={sending.working}
            onClick={() => void sending.send(() => desk.assign(incident, { unit: proposed.unit, reason: say.queue.matched }))}
          >
            {say.assign.one} {proposed.code}
          </button>
        )}
      </div>
      <Failure text={sending.failure} />
    </li>
  );
}

function gist({ id, place, priority, type }: Incident): unknown {
  return [id, place?.point, priority, type?.code];
}
