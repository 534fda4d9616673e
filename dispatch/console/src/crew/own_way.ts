// The way to the patient with its turns: read when the order, the place or what is closed changes, kept for where no signal is.
import { signal } from "@preact/signals";
import { read, Refusal } from "../api/client";
import type { Order, Route } from "../api/wire";
import { placeOf, withRead, type OwnRoute } from "../trade/way";
import type { Shelf } from "./shelf";

const AGAIN_MS = 30_000;

interface Wanted {
  readonly incident: string;
  readonly to: string;
  readonly stamp: string;
}

export class OwnWay {
  readonly kept = signal<OwnRoute | null>(null);
  readonly #shelf: Shelf;
  readonly #unit: string;
  #wanted: Wanted | null = null;
  #read = "";
  #later: ReturnType<typeof setTimeout> | undefined;

  private constructor(shelf: Shelf, unit: string) {
    this.#shelf = shelf;
    this.#unit = unit;
  }

  static async on(shelf: Shelf, unit: string): Promise<OwnWay> {
    const way = new OwnWay(shelf, unit);
    way.kept.value = await shelf.way();
    return way;
  }

  /** Follows this order until its crew is at the patient; `closed` tells one state of the closures from another. */
  follow(order: Order | undefined, closed: string): void {
    clearTimeout(this.#later);
    const to = order === undefined || order.at_patient_at !== null ? null : placeOf(order);
    this.#wanted = order === undefined || to === null ? null : { incident: order.incident, to, stamp: `${to} ${order.state} ${closed}` };
    void this.#look();
  }

  async #look(): Promise<void> {
    const wanted = this.#wanted;
    if (wanted === null || wanted.stamp === this.#read) return;
    const route = await read<Route>(`/api/incidents/${wanted.incident}/route?unit=${this.#unit}`).catch((failure: unknown) =>
      failure instanceof Refusal && !failure.passing ? "refused" : null,
    );
    if (wanted !== this.#wanted) return;
    if (route === null) {
      this.#later = setTimeout(() => void this.#look(), AGAIN_MS);
      return;
    }
    this.#read = wanted.stamp;
    if (route === "refused") return; // the same question has the same answer until something changes
    this.kept.value = withRead(this.kept.value, wanted.to, route);
    await this.#shelf.keepWay(this.kept.value);
  }
}
