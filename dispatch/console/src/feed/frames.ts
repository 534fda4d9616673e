// The frames of `dispatch.v1` as they travel, one JSON object each; those the HTTP twin has too are generated.
import type { components } from "../api/schema";

type Schemas = components["schemas"];

export interface Cursor {
  readonly e: string;
  readonly q: number;
}

export const NOTHING_YET: Cursor = { e: "", q: 0 };

export interface Welcome {
  readonly t: "welcome";
  readonly now: number;
  readonly hb?: number;
  readonly retry?: readonly [number, number];
}

export type Sub = Readonly<Schemas["Sub"]>;
export type Row = Readonly<Schemas["Thing"]>;
export type Snap = Readonly<Schemas["Snap"]>;
export type Ev = Readonly<Schemas["Event"]>;

export interface Pos {
  readonly t: "pos";
  readonly s: string;
  readonly u: readonly (readonly [unit: string, lon: number, lat: number, at: number])[];
}

export interface Heartbeat {
  readonly t: "hb";
  readonly n: number;
  readonly now: number;
}

export interface Drain {
  readonly t: "drain";
  readonly in_ms: number;
}

export interface AuthDue {
  readonly t: "auth";
  readonly exp: number;
}

/** A frame was not understood, or a stream (`s`) is not this seat's to read. */
export interface Refused {
  readonly t: "err";
  readonly error: "bad_request" | "forbidden";
  readonly message: string;
  readonly s?: string;
}

/** What changes what is held of a stream. */
export type StreamFrame = Sub | Snap | Ev;

export type ServerFrame = Welcome | StreamFrame | Pos | Heartbeat | Drain | AuthDue | Refused;

export type Profile = "console" | "phone";

/** How a profile keeps a connection: silence it bears, and how long it waits before trying again. */
export interface Patience {
  readonly heartbeat_ms: number;
  readonly silence_ms: number;
  readonly retry_ms: readonly [number, number];
}

export const PATIENCE: Readonly<Record<Profile, Patience>> = {
  console: { heartbeat_ms: 10_000, silence_ms: 25_000, retry_ms: [250, 5_000] },
  phone: { heartbeat_ms: 45_000, silence_ms: 150_000, retry_ms: [250, 60_000] },
};
