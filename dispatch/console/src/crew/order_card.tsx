// An order as its crew needs it: what, where, how to get there, who called, what was said, and what has been pressed.
import type { Closure, Order, RouteTurn } from "../api/wire";
import { ExerciseMark, PriorityMark } from "../parts/marks";
import { SHAPE } from "../parts/clock";
import { now_ms } from "../store/now";
import { clockFace } from "../trade/clock";
import { closureWhat } from "../trade/closure";
import { legWords, TURN_SIGN, turnWords } from "../trade/journey";
import { coordinates, placeName, typeName } from "../trade/naming";
import type { Press } from "../trade/press";
import { closedOn, type ShownWay } from "../trade/way";
import { stopwatch, timeOfDay } from "../trade/writing";
import { nameOf, words } from "../words/language";

export function OrderCard({ order, presses, way, closures }: { order: Order; presses: readonly Press[]; way: ShownWay; closures: readonly Closure[] }) {
  const say = words.value;
  return (
    <article class="order">
      <header>
        <p class="line">
          <PriorityMark priority={order.priority} />
          <span class="quiet-text">{say.crew.order(order.incident_number)}</span>
          <ExerciseMark exercise={order.exercise} />
          <span class={`assignment-state ${order.state}`}>{say.assignment.state[order.state]}</span>
        </p>
        <h2>{typeName(order.type)}</h2>
        <OrderClock order={order} />
      </header>
      <Where order={order} />
      <Way order={order} way={way} closures={closures} />
      <WayOut order={order} />
      <Who order={order} />
      <Pressed order={order} presses={presses} />
    </article>
  );
}

function OrderClock({ order }: { order: Order }) {
  const clock = { reported_at: order.reported_at, at_patient_at: order.at_patient_at, closed_at: order.ended_at, within_target: null };
  const face = clockFace({ clock, status: "open", target_s: order.target_s } as Parameters<typeof clockFace>[0], now_ms.value);
  const spent = stopwatch(face.spent_s);
  return (
    <p class={`order-clock clock ${face.phase}`}>
      <span aria-hidden="true">{SHAPE[face.phase]}</span>
      <span>{face.running ? words.value.crew.since(spent) : words.value.clock.response(spent)}</span>
      {order.target_s !== null && (
        <span class="quiet-text">
          {words.value.incident.target} {stopwatch(order.target_s)}
        </span>
      )}
    </p>
  );
}

function Where({ order }: { order: Order }) {
  const { place, cell } = order;
  return (
    <section>
      <h3>{words.value.crew.where}</h3>
      <p class="where">{placeName(place)}</p>
      <p class="quiet-text">
        {cell !== null && `${nameOf(cell)} · `}
        {place?.point != null && `WGS-84 ${coordinates(place)}`}
      </p>
    </section>
  );
}

/** From where the unit was when the way was last read, with the turns; that there is none any more stands before what once was one. */
function Way({ order, way, closures }: { order: Order; way: ShownWay; closures: readonly Closure[] }) {
  const say = words.value.crew;
  if (way.legs.length === 0 && way.none === null) return null;
  return (
    <section>
      <h3>
        {say.way}
        {way.there_ms !== null && order.at_patient_at === null && <span class="quiet-text"> {words.value.assignment.eta(timeOfDay(way.there_ms))}</span>}
      </h3>
      {way.none !== null && (
        <div class="no-way" role="alert">
          <strong>✕ {say.noWay}</strong> {way.none}
          {way.noneAt !== null && <p class="quiet-text">{say.wayAt(timeOfDay(way.noneAt))}</p>}
          {way.legs.length > 0 && <p>{say.onceAWay}</p>}
        </div>
      )}
      {way.avoided.map((closure) => (
        <p key={closure.id} class="turned">
          ▲ {say.turned(`${nameOf(closure)} ${closureWhat(closure)}`)}
        </p>
      ))}
      <ol class={way.none === null ? "legs" : "legs once"}>
        {way.legs.map((leg, n) => (
          <li key={n}>
            {capital(legWords(leg))}
            {closedOn(leg, closures, now_ms.value).map((closure) => (
              <strong key={closure.id} class="closed-leg">
                {" "}
                ▲ {nameOf(closure)} {closureWhat(closure)}
              </strong>
            ))}
            {"turns" in leg && leg.turns.length > 1 && <Turns turns={leg.turns} />}
          </li>
        ))}
      </ol>
      {way.legs.length > 0 && <p class="quiet-text">{way.at === null ? say.wayOfOrder(timeOfDay(order.assigned_at)) : say.wayAt(timeOfDay(way.at))}</p>}
    </section>
  );
}

function Turns({ turns }: { turns: readonly RouteTurn[] }) {
  return (
    <ol class="turns">
      {turns.map((turn, n) => (
        <li key={n}>
          <span class="sign" aria-hidden="true">
            {TURN_SIGN[turn.turn]}
          </span>
          {turnWords(turn)}
        </li>
      ))}
    </ol>
  );
}

/** How the patient gets out: how many carry, where to, which lift was asked and what it said, the hospital. */
function WayOut({ order }: { order: Order }) {
  const say = words.value.evacuation;
  const out = order.way_out;
  if (out === null) return null;
  const to = nameOf({ name_zh: out.to_zh ?? "", name_en: out.to_en ?? "" });
  const lifts = out.lifts.map((each) => `${nameOf(each)} ${say.wish[each.wish]} ${each.granted === null ? say.waiting : each.granted ? say.granted : say.refused}`);
  const said = [say.patients(out.patients), say.carriers(out.carriers), ...(to === "" ? [] : [`${say.rendezvous} ${to}`]), ...lifts, ...(out.hospital === null ? [] : [`${say.hospital} ${nameOf(out.hospital)}`])];
  return (
    <section>
      <h3>{say.title}</h3>
      <p>{said.join(" · ")}</p>
    </section>
  );
}

function Who({ order }: { order: Order }) {
  const say = words.value.crew;
  const { caller, notes } = order;
  return (
    <section>
      <h3>{say.who}</h3>
      <p>
        {caller?.name ?? words.value.report.noCaller}
        {caller?.language != null && <span class="quiet-text"> · {caller.language}</span>}
      </p>
      {caller?.phone != null ? (
        <a class="call-back" href={`tel:${caller.phone}`}>
          {say.call(caller.phone)}
        </a>
      ) : (
        <p class="quiet-text">{say.noPhone}</p>
      )}
      {notes.map((note) => (
        <p key={note} class="said">
          {note}
        </p>
      ))}
    </section>
  );
}

/** Every press with its time, and whether the service has it. */
function Pressed({ order, presses }: { order: Order; presses: readonly Press[] }) {
  const say = words.value;
  const own = presses.filter(({ assignment, step }) => assignment === order.id && step !== "alarmed");
  if (own.length === 0) return null;
  return (
    <ol class="pressed">
      {own.map((press) => (
        <li key={press.n} class={press.fate}>
          <strong>{say.assignment.step[press.step]}</strong> {timeOfDay(press.at)} {press.note !== null && <span class="quiet-text">{press.note} </span>}
          <span class="fate">
            {press.fate === "waiting" && `▲ ${say.crew.unsent}`}
            {press.fate === "answered" && "✓"}
            {press.fate === "refused" && `✕ ${say.crew.refused(press.said ?? "")}`}
          </span>
        </li>
      ))}
    </ol>
  );
}

function capital(sentence: string): string {
  return sentence.charAt(0).toUpperCase() + sentence.slice(1);
}
