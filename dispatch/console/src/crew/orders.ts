// The crew's orders: nothing is shown, and nothing acknowledged, before the phone's own store has it.
import { computed, signal, type ReadonlySignal } from "@preact/signals";
import type { Closure, Move, Order, UnitNotice } from "../api/wire";
import type { Keeper } from "../feed/feed";
import type { Cursor, StreamFrame } from "../feed/frames";
import { after, bodies, EMPTY, withAnswer, type Stream } from "../feed/stream";
import type { Shelf } from "./shelf";

export class Orders implements Keeper {
  readonly #shelf: Shelf;
  readonly #ownStream: string;
  readonly #streams = signal<ReadonlyMap<string, Stream>>(new Map());
  #writing: Promise<unknown> = Promise.resolve();

  readonly all: ReadonlySignal<readonly Order[]>;
  /** Where the crew is to stand by, or does; null when at its own post. */
  readonly move: ReadonlySignal<Move | null>;
  /** Notices to this crew, the newest first; whether one still holds, the clock says. */
  readonly notices: ReadonlySignal<readonly UnitNotice[]>;

  /** What is closed, slowed, one-way or opened on request in the whole area, now and to come. */
  readonly closures: ReadonlySignal<readonly Closure[]>;

  private constructor(shelf: Shelf, unit: string) {
    this.#shelf = shelf;
    this.#ownStream = `unit/${unit}`;
    const things = computed(() => this.#streams.value.get(this.#ownStream)?.things.get("assignment"));
    this.all = computed(() => [...bodies<Order>(things.value).values()]);
    const notices = computed(() => this.#streams.value.get(this.#ownStream)?.things.get("notice"));
    this.notices = computed(() => [...bodies<UnitNotice>(notices.value).values()].sort((a, b) => b.made_at.localeCompare(a.made_at)));
    this.closures = computed(() =>
      [...this.#streams.value].filter(([name]) => name.startsWith("ground/")).flatMap(([, { things }]) => [...bodies<Closure>(things.get("closure")).values()]),
    );
    const moves = computed(() => this.#streams.value.get(this.#ownStream)?.things.get("move"));
    this.move = computed(() => [...bodies<Move>(moves.value).values()].find((move) => move.ended_at === null) ?? null);
  }

  static async on(shelf: Shelf, unit: string): Promise<Orders> {
    const orders = new Orders(shelf, unit);
    orders.#streams.value = await shelf.streams();
    return orders;
  }

  cursors(): Promise<ReadonlyMap<string, Cursor>> {
    return Promise.resolve(new Map([...this.#streams.value].map(([name, { cursor }]) => [name, cursor])));
  }

  take(frame: StreamFrame): Promise<Cursor | null> {
    return this.#inTurn(async () => {
      const before = this.#held(frame.s);
      const now = after(before, frame);
      if (now.cursor !== before.cursor) await this.#shelf.keepStream(frame.s, before, now);
      this.#show(frame.s, now);
      return now.cursor === before.cursor ? null : now.cursor;
    });
  }

  place(): void {
    // Phones ask for no positions.
  }

  /** The answer to a press, which the push of the same change may have overtaken. */
  answered(order: Order): Promise<void> {
    return this.#keepAnswer("assignment", order);
  }

  /** The same for a step of a move-up. */
  movedUp(move: Move): Promise<void> {
    return this.#keepAnswer("move", move);
  }

  #keepAnswer(kind: "assignment" | "move", body: Order | Move): Promise<void> {
    return this.#inTurn(async () => {
      const before = this.#held(this.#ownStream);
      const now = withAnswer(before, { k: kind, id: body.id, v: body.version, b: body });
      if (now.things !== before.things) await this.#shelf.keepStream(this.#ownStream, before, now);
      this.#show(this.#ownStream, now);
    });
  }

  #held(stream: string): Stream {
    return this.#streams.peek().get(stream) ?? EMPTY;
  }

  #show(name: string, stream: Stream): void {
    this.#streams.value = new Map(this.#streams.peek()).set(name, stream);
  }

  /** Frames and answers change the same streams: one after the other. */
  #inTurn<Value>(act: () => Promise<Value>): Promise<Value> {
    const turn = this.#writing.then(act, act);
    this.#writing = turn.catch(() => undefined);
    return turn;
  }
}
