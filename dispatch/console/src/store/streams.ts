// The streams that a page holds, in memory: their cursors, and what frames and answers make of them.
import { signal } from "@preact/signals";
import type { Keeper } from "../feed/feed";
import type { Cursor, StreamFrame } from "../feed/frames";
import { after, EMPTY, withAnswer, type Stream } from "../feed/stream";

export interface Versioned {
  readonly id: string;
  readonly version: number;
}

export class StreamStore implements Keeper {
  protected readonly streams = signal<ReadonlyMap<string, Stream>>(new Map());

  cursors(): Promise<ReadonlyMap<string, Cursor>> {
    return Promise.resolve(new Map([...this.streams.value].map(([name, { cursor }]) => [name, cursor])));
  }

  take(frame: StreamFrame): Promise<Cursor | null> {
    const before = this.streams.value.get(frame.s) ?? EMPTY;
    try {
      const stream = after(before, frame);
      this.#put(frame.s, stream);
      return Promise.resolve(stream.cursor === before.cursor ? null : stream.cursor);
    } catch (gap) {
      return Promise.reject(gap as Error);
    }
  }

  /** Positions come beside the streams; a page that shows none lets them pass. */
  place(_: Parameters<Keeper["place"]>[0]): void {}

  /** The answer to a request, which often comes after the push of the same change: the newer version stands. */
  protected answeredIn(stream: string, kind: string, body: Versioned): void {
    const row = { k: kind, id: body.id, v: body.version, b: body };
    this.#put(stream, withAnswer(this.streams.value.get(stream) ?? EMPTY, row));
  }

  #put(name: string, stream: Stream): void {
    this.streams.value = new Map(this.streams.value).set(name, stream);
  }
}
