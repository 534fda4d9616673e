// The seat of a page that was opened with a one-time code: its token, for this tab and this frame alone.
// Cookies are one per browser, and two seats may be open in it side by side; frames of one tab share their storage.

const FRAME = globalThis.window?.name ?? "";

let held = tokenOfFrame(FRAME);

/** Null where the seat is the browser's cookie, or there is none. */
export function token(): string | null {
  return held;
}

/** Keeps it beyond a reload of this frame; the tab's end is its end. Null forgets it. */
export function keepToken(token: string | null): void {
  held = token;
  if (token === null) sessionStorage.removeItem(keyOf(FRAME));
  else sessionStorage.setItem(keyOf(FRAME), token);
}

/** Holds it as long as this page stands. */
export function holdToken(token: string): void {
  held = token;
}

/** What a frame of this name keeps, in the same tab. */
export function tokenOfFrame(name: string): string | null {
  return globalThis.sessionStorage?.getItem(keyOf(name)) ?? null;
}

/** The name under which this device keeps something for the seat: a frame's own seat has things of its own. */
export function keptFor(name: string): string {
  return held === null ? name : `${name} ${FRAME}`;
}

function keyOf(frame: string): string {
  return `token ${frame}`;
}
