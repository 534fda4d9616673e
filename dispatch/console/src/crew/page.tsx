// The crew's page: the order in hand and its buttons; below it what comes next and what is over. Made for one wet thumb.
import type { Order } from "../api/wire";
import { FeedBanner } from "../parts/feed_banner";
import { Header } from "../parts/header";
import { now_ms } from "../store/now";
import { placeName, typeName } from "../trade/naming";
import { wasTakenAway } from "../trade/press";
import { shownWay } from "../trade/way";
import { shortTime } from "../trade/writing";
import { words } from "../words/language";
import { allowSound, soundOn } from "./alarm";
import { ClosedWays } from "./closures";
import { OrderCard } from "./order_card";
import { MoveCard } from "./move_card";
import { NoticeCards } from "./notice_cards";
import type { Phone } from "./phone";
import { StandBy } from "./stand_by";
import { StepButtons } from "./step_buttons";

export function CrewPage({ phone }: { phone: Phone }) {
  const feed = phone.feed.value;
  const [order, ...later] = phone.inHand.value;
  const closures = phone.orders.closures.value;
  const way = order === undefined ? null : shownWay(order, phone.way.kept.value, closures, now_ms.value);
  return (
    <div class={`crew ${feed.phase === "down" ? "stale" : ""}`}>
      <Header session={phone.session} feed={feed} showsExercise={phone.showsExercise.value} onLeave={() => void phone.leave()} />
      <FeedBanner feed={feed} everLive={phone.everLive.value} />
      <Notices phone={phone} />
      <main>
        {phone.takenAway.value.map((each) => (
          <TakenAway key={each.id} order={each} onSeen={() => phone.saySeen(each)} />
        ))}
        <NoticeCards phone={phone} />
        {order === undefined && phone.orders.move.value !== null && <MoveCard phone={phone} move={phone.orders.move.value} />}
        {order === undefined || way === null ? <StandBy phone={phone} /> : <OrderCard key={order.id} order={order} presses={phone.presses.all.value} way={way} closures={closures} />}
        <ClosedWays closures={closures} way={way} />
        {later.length > 0 && (
          <section>
            <h2>{words.value.crew.next}</h2>
            {later.map((each) => (
              <Line key={each.id} order={each} />
            ))}
          </section>
        )}
        <Recent phone={phone} />
      </main>
      {order !== undefined && <StepButtons key={order.id} phone={phone} order={order} />}
    </div>
  );
}

function Notices({ phone }: { phone: Phone }) {
  const say = words.value.crew;
  const waiting = phone.presses.waiting.value.filter(({ step }) => step !== "alarmed").length;
  return (
    <>
      {waiting > 0 && (
        <div class="notice unsent" role="status">
          <span aria-hidden="true">▲ </span>
          {say.notSent(waiting)}
        </div>
      )}
      {!soundOn.value && (
        <button type="button" class="notice sound" onClick={() => void allowSound()}>
          {say.soundOff}
        </button>
      )}
      {phone.ringing.value && soundOn.value && (
        <button type="button" class="notice silence" onClick={() => phone.silence()}>
          {say.silence}
        </button>
      )}
    </>
  );
}

/** An order ended by others never just vanishes. */
function TakenAway({ order, onSeen }: { order: Order; onSeen: () => void }) {
  const say = words.value.crew;
  return (
    <section class="taken-away" role="alert">
      <h2>
        <span aria-hidden="true">✕ </span>
        {order.state === "revoked" ? say.revoked : say.timedOut}
      </h2>
      <Line order={order} />
      <button type="button" onClick={onSeen}>
        {words.value.dismiss}
      </button>
    </section>
  );
}

function Recent({ phone }: { phone: Phone }) {
  const shown = phone.ended.value.filter((order) => !wasTakenAway(order) || phone.seen.value.has(order.id));
  if (shown.length === 0) return null;
  return (
    <details class="recent">
      <summary>
        {words.value.crew.recent} · {shown.length}
      </summary>
      {shown.map((order) => (
        <Line key={order.id} order={order} />
      ))}
    </details>
  );
}

function Line({ order }: { order: Order }) {
  const say = words.value;
  return (
    <p class="order-line">
      <strong>{typeName(order.type)}</strong> {placeName(order.place)}
      <span class="quiet-text">
        {" "}
        {say.crew.order(order.incident_number)} · {say.assignment.state[order.state]} · {shortTime(order.ended_at ?? order.assigned_at, now_ms.value)}
      </span>
    </p>
  );
}
