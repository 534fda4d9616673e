// What a committee's page holds: the streams of its cells, and the views over all of them together.
import { computed, type ReadonlySignal } from "@preact/signals";
import type { Assignment, Incident } from "../api/wire";
import type { Stream } from "../feed/stream";
import { StreamStore, type Versioned } from "./streams";

export class CellsStore extends StreamStore {
  readonly incidents: ReadonlySignal<ReadonlyMap<string, Incident>> = computed(() => together(this.streams.value, "incident"));
  readonly assignments: ReadonlySignal<ReadonlyMap<string, Assignment>> = computed(() => together(this.streams.value, "assignment"));

  answered(stream: string, kind: "incident" | "assignment", body: Versioned): void {
    this.answeredIn(stream, kind, body);
  }
}

/** A thing that moves from one cell to another is for a moment in both streams, or in neither: the newer version counts. */
function together<Body extends Versioned>(streams: ReadonlyMap<string, Stream>, kind: string): ReadonlyMap<string, Body> {
  const found = new Map<string, Body>();
  for (const stream of streams.values()) {
    for (const [id, { v, b }] of stream.things.get(kind) ?? []) {
      if (b !== null && v >= (found.get(id)?.version ?? 0)) found.set(id, b as Body);
    }
  }
  return found;
}
