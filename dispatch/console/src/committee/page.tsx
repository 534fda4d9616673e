// A committee's page: the incidents of its cells, the one in hand or a call being taken, and how its cells are covered.
import { useSignal } from "@preact/signals";
import { FeedBanner } from "../parts/feed_banner";
import { Header } from "../parts/header";
import { IncidentRow } from "../parts/incident_row";
import { assignmentsOf, closedInOrder, openInOrder } from "../trade/incident";
import { words } from "../words/language";
import { CallForm } from "./call";
import { OwnCells } from "./cells";
import { IncidentInHand } from "./incident";
import type { CommitteeSeat } from "./seat";

export function CommitteePage({ seat }: { seat: CommitteeSeat }) {
  const feed = seat.feed.value;
  return (
    <div class={`committee ${feed.phase === "down" ? "stale" : ""}`}>
      <Header session={seat.session} feed={feed} onLeave={() => void seat.leave()} />
      <FeedBanner feed={feed} everLive={seat.everLive.value} />
      <div class="committee-columns">
        <OwnIncidents seat={seat} />
        <main class="own-incident">
          <Middle seat={seat} />
        </main>
        <OwnCells seat={seat} />
      </div>
    </div>
  );
}

function Middle({ seat }: { seat: CommitteeSeat }) {
  const incident = seat.inHand.value;
  if (seat.calling.value) return <CallForm seat={seat} />;
  if (incident === null) return <p class="hint">{seat.session.cells.length === 0 ? words.value.committee.noCells : words.value.committee.choose}</p>;
  return <IncidentInHand key={incident.id} seat={seat} incident={incident} />;
}

function OwnIncidents({ seat }: { seat: CommitteeSeat }) {
  const closedToo = useSignal(false);
  const say = words.value;
  const open = openInOrder(seat.store.incidents.value.values());
  const closed = closedInOrder(seat.store.incidents.value.values());
  const shown = closedToo.value ? closed : open;
  return (
    <nav class="own-incidents" aria-label={say.committee.incidents}>
      <div class="list-head">
        <button type="button" class="primary" onClick={() => seat.takeCall()}>
          + {say.committee.takeCall}
        </button>
        <div class="switch" role="group" aria-label={say.committee.incidents}>
          <button type="button" aria-pressed={!closedToo.value} onClick={() => (closedToo.value = false)}>
            {say.incident.open(open.length)}
          </button>
          <button type="button" aria-pressed={closedToo.value} onClick={() => (closedToo.value = true)}>
            {say.incident.closed(closed.length)}
          </button>
        </div>
      </div>
      <ol class="scrolls">
        {shown.map((incident) => (
          <li key={incident.id}>
            <IncidentRow
              incident={incident}
              assignments={assignmentsOf(incident.id, seat.store.assignments.value.values())}
              chosen={seat.chosen.value === incident.id && !seat.calling.value}
              onChoose={() => seat.choose(incident.id)}
            />
          </li>
        ))}
        {shown.length === 0 && seat.everLive.value && (
          <li class="hint">{closedToo.value ? say.incident.noneClosed : say.committee.noneOpen}</li>
        )}
      </ol>
    </nav>
  );
}
