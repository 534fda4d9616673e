// The crew's phone put together: shelf, orders, presses, feed, alarm; what the page shows and what its buttons do.
import { computed, effect, signal } from "@preact/signals";
import type { AssignmentStepName, Order, Unit } from "../api/wire";
import { BROWSER, nudgeOnWake } from "../feed/browser";
import { Feed, type FeedState } from "../feed/feed";
import { now_ms, setClock } from "../store/now";
import { Reading } from "../store/reading";
import { leadToLogIn } from "../store/session";
import { standing } from "../trade/closure";
import { ordersEnded, ordersInHand, wasTakenAway, withPresses, type Told } from "../trade/press";
import { words } from "../words/language";
import { beSilent, ring, soundOn } from "./alarm";
import { Orders } from "./orders";
import { OwnWay } from "./own_way";
import { PositionSharing } from "./position";
import { Presses } from "./presses";
import { deviceName, leaveSeat, type CrewSession } from "./seat";
import { Shelf } from "./shelf";

const SEEN = "crew-seen";
const READ_UNIT_MS = 60_000;
const AHEAD = "crew-clock-ahead";

export class Phone {
  readonly session: CrewSession;
  readonly orders: Orders;
  readonly presses: Presses;
  readonly #shelf: Shelf;
  #feed: Feed | null = null;
  readonly feed = signal<FeedState>({ phase: "connecting", since: Date.now() });
  readonly everLive = signal(false);
  /** The unit itself as the service sees it: it is in no stream of a crew's, so it is asked for. */
  readonly unit = new Reading<{ items: Unit[] }>();
  readonly position: PositionSharing;
  readonly way: OwnWay;
  readonly silenced = signal<ReadonlySet<string>>(new Set());
  /** Orders taken away that the crew has said it knows of. */
  readonly seen = signal<ReadonlySet<string>>(new Set(JSON.parse(localStorage.getItem(SEEN) ?? "[]") as string[]));

  /** Orders with what has been pressed but not yet sent. */
  readonly #now = computed(() => this.orders.all.value.map((order) => withPresses(order, this.presses.waiting.value)));
  readonly inHand = computed(() => ordersInHand(this.#now.value));
  readonly ended = computed(() => ordersEnded(this.#now.value));
  readonly takenAway = computed(() => this.ended.value.filter((order) => wasTakenAway(order) && !this.seen.value.has(order.id)));
  readonly ringing = computed(() => this.inHand.value.some(({ id, state }) => state === "assigned" && !this.silenced.value.has(id)));

  /** What is closed and in force: it changes also as a window begins or ends, of which nothing is sent. */
  readonly #closed = computed(() => this.orders.closures.value.map((each) => `${each.id} ${each.version} ${standing(each, now_ms.value)}`).join());

  readonly showsExercise = computed(() => this.inHand.value.some(({ exercise }) => exercise !== null));

  private constructor(session: CrewSession, shelf: Shelf, orders: Orders, presses: Presses, way: OwnWay) {
    this.session = session;
    this.#shelf = shelf;
    this.orders = orders;
    this.presses = presses;
    this.way = way;
    this.position = new PositionSharing(session.unit);
  }

  static async of(session: CrewSession): Promise<Phone> {
    setClock(Number(localStorage.getItem(AHEAD) ?? 0));
    const shelf = await Shelf.open(session.unit);
    const orders = await Orders.on(shelf, session.unit);
    const presses = await Presses.on(shelf, orders, () => void leadToLogIn("signedOut"));
    return new Phone(session, shelf, orders, presses, await OwnWay.on(shelf, session.unit));
  }

  goLive(): void {
    const feed = new Feed({
      profile: "phone",
      device: deviceName(),
      streams: this.session.streams,
      keeper: this.orders,
      world: BROWSER,
      onState: (state) => this.#feedIs(state),
      onClock: keepClock,
    });
    this.#feed = feed;
    nudgeOnWake(feed);
    addEventListener("pointerdown", () => this.feed.peek().phase === "down" && feed.nudge());
    addEventListener("online", () => this.presses.sendNow());
    feed.start();
    this.presses.sendNow();
    effect(() => (this.ringing.value ? ring() : beSilent()));
    effect(() => this.#tellAlarmed());
    effect(() => {
      // Live again is a reason to read what could not be read in between.
      if (this.feed.value.phase === "live") this.way.follow(this.inHand.value[0], this.#closed.value);
    });
    effect(() => {
      if (this.inHand.value.length === 0 && this.everLive.value) this.readUnit();
    });
    setInterval(() => this.inHand.peek().length === 0 && this.feed.peek().phase === "live" && this.readUnit(), READ_UNIT_MS);
    document.addEventListener("visibilitychange", () => this.#tellAlarmed());
  }

  press(order: Order, step: AssignmentStepName, note: string | null = null, told?: Told): Promise<void> {
    return this.presses.press(order, step, note, told);
  }

  readUnit(): void {
    void this.unit.from("/api/units");
  }

  silence(): void {
    this.silenced.value = new Set(this.inHand.value.map(({ id }) => id));
  }

  saySeen(order: Order): void {
    this.seen.value = new Set([...this.seen.value, order.id]);
    localStorage.setItem(SEEN, JSON.stringify([...this.seen.value].slice(-100)));
  }

  async leave(): Promise<void> {
    if (this.presses.waiting.value.length > 0 && !confirm(words.value.crew.leaveUnsent)) return;
    this.#feed?.stop();
    await this.#shelf.forgetOrders();
    await leaveSeat();
  }

  #feedIs(state: FeedState): void {
    this.feed.value = state;
    if (state.phase === "live") {
      this.everLive.value = true;
      this.presses.sendNow();
      void this.presses.tidy(new Set(this.orders.all.value.map(({ id }) => id)));
    }
    if (state.phase === "signed_out") void leadToLogIn("signedOut");
    if (state.phase === "withdrawn") void this.#shelf.wipe().then(() => leadToLogIn("withdrawn"));
  }

  /** An order has alarmed once it stood on a lit screen, or its sound was heard. */
  #tellAlarmed(): void {
    if (document.visibilityState !== "visible" && !soundOn.value) return;
    const told = new Set(this.presses.all.peek().filter(({ step }) => step === "alarmed").map(({ assignment }) => assignment));
    for (const order of this.orders.all.value) {
      if (order.state !== "assigned" || order.alarmed_at !== null || told.has(order.id) || this.#alarming.has(order.id)) continue;
      this.#alarming.add(order.id);
      void this.press(order, "alarmed");
    }
  }

  readonly #alarming = new Set<string>();
}

/** How wrong the phone's clock is stays known while there is no network. */
function keepClock(ahead_ms: number): void {
  setClock(ahead_ms);
  localStorage.setItem(AHEAD, String(ahead_ms));
}
