// The way to the patient with its turns: read when the order, the place or what is closed changes, kept for where no signal is.
import { signal } from "@preact/signals";
import { read } from "../api/client";
import type { Order, Route } from "../api/wire";
import type { Shelf } from "./shelf";

const AGAIN_MS = 30_000;

export class OwnWay {
  readonly route = signal<Route | null>(null);
  readonly #shelf: Shelf;
  readonly #unit: string;
  #wanted: { readonly incident: string; readonly stamp: string } | null = null;
  #read = "";
  #later: ReturnType<typeof setTimeout> | undefined;

  private constructor(shelf: Shelf, unit: string) {
    this.#shelf = shelf;
    this.#unit = unit;
  }

  static async on(shelf: Shelf, unit: string): Promise<OwnWay> {
    const way = new OwnWay(shelf, unit);
    way.route.value = await shelf.way();
    return way;
  }

  /** Follows this order until its crew is at the patient; `closed` tells one state of the closures from another. */
  follow(order: Order | undefined, closed: string): void {
    clearTimeout(this.#later);
    if (order === undefined || order.at_patient_at !== null || order.place?.point == null) {
      this.#wanted = null;
      return;
    }
    const { lon, lat } = order.place.point;
    this.#wanted = { incident: order.incident, stamp: JSON.stringify([order.id, order.state, lon, lat, closed]) };
    void this.#look();
  }

  /** The way to this order's incident, if it has been read. */
  to(order: Order): Route | null {
    const route = this.route.value;
    return route !== null && route.incident === order.incident && route.legs.length > 0 ? route : null;
  }

  async #look(): Promise<void> {
    const wanted = this.#wanted;
    if (wanted === null || wanted.stamp === this.#read) return;
    const route = await read<Route>(`/api/incidents/${wanted.incident}/route?unit=${this.#unit}`).catch(() => null);
    if (wanted !== this.#wanted) return;
    if (route === null) {
      this.#later = setTimeout(() => void this.#look(), AGAIN_MS);
      return;
    }
    this.#read = wanted.stamp;
    this.route.value = route;
    await this.#shelf.keepWay(route);
  }
}
