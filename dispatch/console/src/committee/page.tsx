// A committee's page: the incidents of its cells, the one in hand or a call being taken, and how its cells are covered.
import { FeedBanner } from "../parts/feed_banner";
import { Header } from "../parts/header";
import { IncidentList } from "../parts/incident_list";
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
  const say = words.value.committee;
  return (
    <IncidentList
      class="own-incidents"
      label={say.incidents}
      noneOpen={say.noneOpen}
      incidents={seat.store.incidents.value}
      assignments={seat.store.assignments.value}
      known={seat.everLive.value}
      chosen={seat.calling.value ? null : seat.chosen.value}
      onChoose={(id) => seat.choose(id)}
      head={() => (
        <button type="button" class="primary" onClick={() => seat.takeCall()}>
          + {say.takeCall}
        </button>
      )}
    />
  );
}
