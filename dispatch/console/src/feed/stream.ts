// What is held of one stream, and the client's rule: the next number is applied, an old one ignored, a gap means start again.
import { NOTHING_YET, type Cursor, type Ev, type Row, type Snap, type StreamFrame, type Sub } from "./frames";

/** A thing as it was last told; with `b` null it has left the stream, and only its version is remembered. */
export interface Thing {
  readonly v: number;
  readonly b: unknown;
}

/** Things by kind, then by id. Never changed in place, so that what did not change stays the same object. */
export type Things = ReadonlyMap<string, ReadonlyMap<string, Thing>>;

export interface Stream {
  readonly cursor: Cursor;
  readonly things: Things;
  /** The parts of a snapshot that is still arriving; nothing of it is shown before its last part. */
  readonly arriving: Arriving | null;
}

interface Arriving {
  readonly e: string;
  readonly rows: readonly Row[];
}

/** The stream cannot go on from what came: close, and connect again with the old cursor. */
export class Gap extends Error {
  constructor(held: Cursor, frame: StreamFrame) {
    super(`cannot apply ${frame.t} ${"q" in frame ? frame.q : frame.head} on ${held.e}:${held.q}`);
    this.name = "Gap";
  }
}

export const EMPTY: Stream = { cursor: NOTHING_YET, things: new Map(), arriving: null };

/** The stream after a frame; raises `Gap` and promises that nothing was half-changed. */
export function after(stream: Stream, frame: StreamFrame): Stream {
  switch (frame.t) {
    case "sub":
      return afterSub(stream, frame);
    case "snap":
      return afterSnap(stream, frame);
    case "ev":
      return afterEvent(stream, frame);
  }
}

/** A thing that came as the answer to a request: it may be newer than what the feed has brought, never older. */
export function withAnswer(stream: Stream, row: Row): Stream {
  const held = stream.things.get(row.k)?.get(row.id);
  return held !== undefined && held.v >= row.v ? stream : { ...stream, things: withRow(stream.things, row) };
}

/** The things of one kind that are in the stream, by id. */
export function bodies<Body>(things: ReadonlyMap<string, Thing> | undefined): ReadonlyMap<string, Body> {
  const present = [...(things ?? [])].filter(([, { b }]) => b !== null);
  return new Map(present.map(([id, { b }]) => [id, b as Body]));
}

function afterSub(stream: Stream, frame: Sub): Stream {
  if (frame.mode === "snapshot") return { ...stream, arriving: { e: frame.e, rows: [] } };
  if (frame.e !== stream.cursor.e) throw new Gap(stream.cursor, frame);
  return { ...stream, arriving: null };
}

function afterSnap(stream: Stream, frame: Snap): Stream {
  const arriving = stream.arriving;
  if (arriving === null || arriving.e !== frame.e) throw new Gap(stream.cursor, frame);
  const rows = [...arriving.rows, ...frame.rows];
  if (!frame.last) return { ...stream, arriving: { e: frame.e, rows } };
  return { cursor: { e: frame.e, q: frame.q }, things: replaced(stream, frame.e, rows), arriving: null };
}

function afterEvent(stream: Stream, frame: Ev): Stream {
  if (stream.arriving !== null) throw new Gap(stream.cursor, frame);
  if (frame.q <= stream.cursor.q) return stream;
  if (frame.q > stream.cursor.q + 1) throw new Gap(stream.cursor, frame);
  return { ...stream, cursor: { e: stream.cursor.e, q: frame.q }, things: withEvent(stream.things, frame) };
}

/** An answer may have brought a newer version. What has left may come back, and what is held may leave, at the version it had. */
function withEvent(things: Things, event: Ev): Things {
  const held = things.get(event.k)?.get(event.id);
  const turns = (held?.b === null) !== (event.b === null);
  const old = held !== undefined && (turns ? held.v > event.v : held.v >= event.v);
  return old ? things : withRow(things, event);
}

/**
 * The snapshot's rows and nothing else, but for a newer version of one of them that an answer had already brought; what
 * had left before stays remembered, for answers that are late.
 */
function replaced(stream: Stream, epoch: string, rows: readonly Row[]): Things {
  const things = new Map<string, Map<string, Thing>>();
  for (const row of rows) {
    const kind = things.get(row.k) ?? new Map<string, Thing>();
    things.set(row.k, kind.set(row.id, { v: row.v, b: row.b }));
  }
  if (stream.cursor.e !== epoch) return things;
  for (const [k, held] of stream.things) {
    const kind = things.get(k) ?? new Map<string, Thing>();
    for (const [id, thing] of held) {
      const now = kind.get(id);
      if (thing.b === null ? now === undefined : now !== undefined && thing.v >= now.v) kind.set(id, thing);
    }
    if (kind.size > 0) things.set(k, kind);
  }
  return things;
}

function withRow(things: Things, row: Row): Things {
  return new Map(things).set(row.k, new Map(things.get(row.k)).set(row.id, { v: row.v, b: row.b }));
}
