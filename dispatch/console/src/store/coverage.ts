// Coverage kept current: read again when something it rests on has changed, not too often, and at least with every minute.
import { signal } from "@preact/signals";
import type { CoverageNow } from "../api/wire";
import { sentence } from "./reading";

/** What is needed of the world around it. */
export interface CoverageWorld {
  read(): Promise<CoverageNow>;
  now(): number;
  later(delay_ms: number, act: () => void): () => void;
}

/** Between two questions at least; units that move would ask every second. */
export const LEAST_MS = 5_000;

/** Lifts open and close by the clock, and nothing is told of it. */
export const AT_LATEST_MS = 60_000;

/** Older than this, what is shown is no longer how things stand. */
export const STALE_MS = 90_000;

export class LiveCoverage {
  readonly value = signal<CoverageNow | null>(null);
  readonly failure = signal<string | null>(null);
  /** When the answer that is shown came, by the world's clock. */
  readonly readAt = signal<number | null>(null);
  readonly #world: CoverageWorld;
  #askedAt = -Infinity;
  #asking = false;
  #stirred = false;
  #ended = false;
  #due: (() => void) | null = null;

  constructor(world: CoverageWorld) {
    this.#world = world;
  }

  /** Something that coverage rests on has changed: ask again, as soon as that is not too often. */
  stir(): void {
    if (this.#asking) this.#stirred = true;
    else this.#askIn(Math.max(0, this.#askedAt + LEAST_MS - this.#world.now()));
  }

  /** Nothing is asked any more. */
  end(): void {
    this.#ended = true;
    this.#due?.();
  }

  #askIn(delay_ms: number): void {
    this.#due?.();
    if (this.#ended) return;
    this.#due = this.#world.later(delay_ms, () => void this.#ask());
  }

  async #ask(): Promise<void> {
    this.#due = null;
    this.#asking = true;
    this.#stirred = false;
    this.#askedAt = this.#world.now();
    try {
      this.value.value = await this.#world.read();
      this.readAt.value = this.#world.now();
      this.failure.value = null;
    } catch (failure) {
      this.failure.value = sentence(failure);
    }
    this.#asking = false;
    const wait_ms = this.#stirred ? LEAST_MS : AT_LATEST_MS;
    this.#askIn(Math.max(0, this.#askedAt + wait_ms - this.#world.now()));
  }
}
