// The ways drawn to the incident in hand: each read when it is wanted, and again as its unit moves.
import { signal } from "@preact/signals";
import type { Route } from "../api/wire";
import type { WantedRoute } from "../trade/route";

export interface DrawnRoute {
  readonly sent: boolean;
  readonly route: Route;
}

/** A route that is wanted, and what tells one state of it from another: where the unit is, what is shut. */
export interface Wish extends WantedRoute {
  readonly stamp: string;
}

export interface RouteWorld {
  read(incident: string, unit: string): Promise<Route>;
  now(): number;
  later(delay_ms: number, act: () => void): () => void;
}

/** Between two readings of one unit's way at least; a look that passes over a list asks for nothing. */
export const AGAIN_MS = 10_000;
export const REST_MS = 150;

interface Kept {
  readonly stamp: string;
  readonly askedAt: number;
  readonly route: Route | null;
}

export class Routes {
  readonly drawn = signal<readonly DrawnRoute[]>([]);
  readonly #world: RouteWorld;
  #wishes: readonly Wish[] = [];
  #kept = new Map<string, Kept>();
  #due: (() => void) | null = null;

  constructor(world: RouteWorld) {
    this.#world = world;
  }

  want(wishes: readonly Wish[]): void {
    this.#wishes = wishes;
    const keys = new Set(wishes.map(keyOf));
    for (const key of this.#kept.keys()) if (!keys.has(key)) this.#kept.delete(key);
    this.#draw();
    this.#lookIn(REST_MS);
  }

  #lookIn(delay_ms: number): void {
    this.#due?.();
    this.#due = this.#world.later(delay_ms, () => this.#look());
  }

  #look(): void {
    this.#due = null;
    const now = this.#world.now();
    let next_ms = Infinity;
    for (const wish of this.#wishes) {
      const kept = this.#kept.get(keyOf(wish));
      if (kept?.stamp === wish.stamp) continue;
      const wait_ms = kept === undefined ? 0 : kept.askedAt + AGAIN_MS - now;
      if (wait_ms <= 0) void this.#read(wish);
      else next_ms = Math.min(next_ms, wait_ms);
    }
    if (next_ms < Infinity) this.#lookIn(next_ms);
  }

  async #read(wish: Wish): Promise<void> {
    const key = keyOf(wish);
    const before = this.#kept.get(key)?.route ?? null;
    const asked = { stamp: wish.stamp, askedAt: this.#world.now(), route: before };
    this.#kept.set(key, asked);
    const route = await this.#world.read(wish.incident, wish.unit).catch(() => null);
    if (this.#kept.get(key) !== asked) return;
    this.#kept.set(key, { ...asked, route, ...(route === null ? { stamp: "" } : {}) });
    this.#draw();
    if (route === null) this.#lookIn(AGAIN_MS);
  }

  #draw(): void {
    this.drawn.value = this.#wishes.flatMap((wish) => {
      const route = this.#kept.get(keyOf(wish))?.route ?? null;
      return route === null ? [] : [{ sent: wish.sent, route }];
    });
  }
}

function keyOf({ incident, unit }: WantedRoute): string {
  return `${incident} ${unit}`;
}
