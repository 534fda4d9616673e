// What a committee's page holds: the streams of its cells, and the views over all of them together.
import { computed, signal, type ReadonlySignal } from "@preact/signals";
import type { Assignment, Incident } from "../api/wire";
import type { Keeper } from "../feed/feed";
import type { Cursor, StreamFrame } from "../feed/frames";
import { after, EMPTY, withAnswer, type Stream } from "../feed/stream";

type Streams = ReadonlyMap<string, Stream>;

interface Versioned {
  readonly id: string;
  readonly version: number;
}

export class CellsStore implements Keeper {
  readonly #streams = signal<Streams>(new Map());

  readonly incidents: ReadonlySignal<ReadonlyMap<string, Incident>> = computed(() => together(this.#streams.value, "incident"));
  readonly assignments: ReadonlySignal<ReadonlyMap<string, Assignment>> = computed(() => together(this.#streams.value, "assignment"));

  cursors(): Promise<ReadonlyMap<string, Cursor>> {
    return Promise.resolve(new Map([...this.#streams.value].map(([name, { cursor }]) => [name, cursor])));
  }

  take(frame: StreamFrame): Promise<Cursor | null> {
    const before = this.#streams.value.get(frame.s) ?? EMPTY;
    try {
      const stream = after(before, frame);
      this.#put(frame.s, stream);
      return Promise.resolve(stream.cursor === before.cursor ? null : stream.cursor);
    } catch (gap) {
      return Promise.reject(gap as Error);
    }
  }

  place(): void {
    // A committee is told of no positions.
  }

  /** The answer to a request, which the push of the same change may have overtaken. */
  answered(stream: string, kind: "incident" | "assignment", body: Versioned): void {
    const row = { k: kind, id: body.id, v: body.version, b: body };
    this.#put(stream, withAnswer(this.#streams.value.get(stream) ?? EMPTY, row));
  }

  #put(name: string, stream: Stream): void {
    this.#streams.value = new Map(this.#streams.value).set(name, stream);
  }
}

/** A thing that moves from one cell to another is for a moment in both streams, or in neither: the newer version counts. */
function together<Body extends Versioned>(streams: Streams, kind: string): ReadonlyMap<string, Body> {
  const found = new Map<string, Body>();
  for (const stream of streams.values()) {
    for (const [id, { v, b }] of stream.things.get(kind) ?? []) {
      if (b !== null && v >= (found.get(id)?.version ?? 0)) found.set(id, b as Body);
    }
  }
  return found;
}
