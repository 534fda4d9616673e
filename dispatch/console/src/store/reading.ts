// Something read from the service when it is looked at: its value, that it is on its way, or why it did not come.
import { signal } from "@preact/signals";
import { read, Refusal } from "../api/client";
import { words } from "../words/language";

export class Reading<Value> {
  readonly value = signal<Value | null>(null);
  readonly working = signal(false);
  readonly failure = signal<string | null>(null);
  #asked: AbortController | null = null;

  /** Reads anew; an older question still open is dropped, the older value stays on screen meanwhile. */
  async from(path: string): Promise<void> {
    this.#asked?.abort();
    const asked = new AbortController();
    this.#asked = asked;
    this.working.value = true;
    try {
      const value = await read<Value>(path, asked.signal);
      if (asked.signal.aborted) return;
      this.value.value = value;
      this.failure.value = null;
    } catch (failure) {
      if (asked.signal.aborted) return;
      this.failure.value = sentence(failure);
    }
    this.working.value = false;
  }

  forget(): void {
    this.#asked?.abort();
    this.value.value = null;
    this.failure.value = null;
    this.working.value = false;
  }
}

/** What to tell the reader when something failed: the service's own sentence, or that no answer came. */
export function sentence(failure: unknown): string {
  return failure instanceof Refusal ? failure.message : words.value.feed.sendFailed;
}
