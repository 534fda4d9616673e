// The queue of presses: kept on the phone first, sent one by one in order, kept until answered, never sent twice as two.
import { computed, signal } from "@preact/signals";
import { post, Refusal } from "../api/client";
import type { AssignmentStep, AssignmentStepName, Order } from "../api/wire";
import { ahead_ms } from "../store/now";
import { newId } from "../trade/id";
import { isWaiting, type Press, type Told } from "../trade/press";
import type { Orders } from "./orders";
import type { Shelf } from "./shelf";

const FIRST_WAIT_MS = 1_000;
const LONGEST_WAIT_MS = 30_000;

export class Presses {
  readonly #shelf: Shelf;
  readonly #orders: Orders;
  readonly #onSignedOut: () => void;
  #sending = false;
  #wait_ms = FIRST_WAIT_MS;
  #timer: ReturnType<typeof setTimeout> | undefined;

  readonly all = signal<readonly Press[]>([]);
  readonly waiting = computed(() => this.all.value.filter(isWaiting));

  private constructor(shelf: Shelf, orders: Orders, onSignedOut: () => void) {
    this.#shelf = shelf;
    this.#orders = orders;
    this.#onSignedOut = onSignedOut;
  }

  static async on(shelf: Shelf, orders: Orders, onSignedOut: () => void): Promise<Presses> {
    const presses = new Presses(shelf, orders, onSignedOut);
    presses.all.value = await shelf.presses();
    return presses;
  }

  async press(order: Order, step: AssignmentStepName, note: string | null = null, told?: Told): Promise<void> {
    const now = Date.now();
    const press = await this.#shelf.addPress({
      id: newId(),
      assignment: order.id,
      step,
      note,
      ...(told === undefined ? {} : { told }),
      device_at: new Date(now).toISOString(),
      at: new Date(now + ahead_ms.peek()).toISOString(),
      fate: "waiting",
      said: null,
    });
    this.all.value = [...this.all.value, press];
    this.sendNow();
  }

  /** There may be a network again: no more waiting. */
  sendNow(): void {
    clearTimeout(this.#timer);
    this.#wait_ms = FIRST_WAIT_MS;
    void this.#send();
  }

  /** Presses of orders that the feed no longer shows are of no use to anybody. */
  async tidy(shown: ReadonlySet<string>): Promise<void> {
    const gone = this.all.peek().filter((press) => !isWaiting(press) && !shown.has(press.assignment));
    if (gone.length === 0) return;
    await this.#shelf.dropPresses(gone.map(({ n }) => n));
    this.all.value = this.all.peek().filter((press) => !gone.includes(press));
  }

  async #send(): Promise<void> {
    if (this.#sending) return;
    this.#sending = true;
    try {
      for (let next = this.waiting.peek()[0]; next !== undefined; next = this.waiting.peek()[0]) await this.#settle(next);
      this.#wait_ms = FIRST_WAIT_MS;
    } catch (failure) {
      if (failure instanceof Refusal && failure.signedOut) this.#onSignedOut();
      this.#timer = setTimeout(() => void this.#send(), this.#wait_ms * (0.5 + Math.random() / 2));
      this.#wait_ms = Math.min(LONGEST_WAIT_MS, this.#wait_ms * 2);
    } finally {
      this.#sending = false;
    }
  }

  /** Sends one press until the service has said yes or no to it; anything else is thrown, and it stays the next. */
  async #settle(press: Press): Promise<void> {
    const { id, step, device_at, note, told } = press;
    const body = { id, step, device_at, channel: "device", ...(note === null ? {} : { note }), ...told } satisfies AssignmentStep;
    try {
      const order = await post<Order>(`/api/assignments/${press.assignment}/steps`, body);
      await this.#orders.answered(order);
      await this.#decide({ ...press, fate: "answered" });
    } catch (failure) {
      if (!(failure instanceof Refusal) || failure.passing || failure.signedOut) throw failure;
      await this.#decide({ ...press, fate: "refused", said: failure.message });
    }
  }

  async #decide(press: Press): Promise<void> {
    await this.#shelf.keepPress(press);
    this.all.value = this.all.value.map((each) => (each.n === press.n ? press : each));
  }
}
