// Who is signed in. Pages begin with it; without a session, or with one for another page, they lead to the log-in.
import { read, Refusal } from "../api/client";
import type { Session } from "../api/wire";
import { timeZone } from "../trade/writing";
import { runSeconds } from "./now";

const TRY_AGAIN_MS = 3_000;

/** Resolves once the service has said who sits here; while it cannot be reached, asks again. */
export async function begin(belongsHere: (session: Session) => boolean): Promise<Session> {
  for (;;) {
    try {
      const session = await read<Session>("/api/session");
      if (!belongsHere(session)) return leadToLogIn();
      timeZone.value = session.time_zone;
      runSeconds();
      return session;
    } catch (failure) {
      if (failure instanceof Refusal && failure.signedOut) return leadToLogIn(maybeSeated() ? "signedOut" : undefined);
      await new Promise((resume) => setTimeout(resume, TRY_AGAIN_MS));
    }
  }
}

export type Ending = "signedOut" | "withdrawn";

/** Never resolves: the page is being left. The log-in page says `why`, unless it was the reader's own wish. */
export function leadToLogIn(why?: Ending): Promise<never> {
  rememberSeat(false);
  if (why !== undefined) sessionStorage.setItem(ENDED, why);
  location.assign("/");
  return new Promise(() => undefined);
}

const SEATED = "seated";
const ENDED = "ended";

/** Why the page before this one was left, told once. */
export function ending(): Ending | null {
  const why = sessionStorage.getItem(ENDED);
  sessionStorage.removeItem(ENDED);
  return why === "signedOut" || why === "withdrawn" ? why : null;
}

/** Only that somebody has logged in here, so that the log-in page need not ask a service that would say no. */
export function rememberSeat(seated: boolean): void {
  if (seated) localStorage.setItem(SEATED, "yes");
  else localStorage.removeItem(SEATED);
}

export function maybeSeated(): boolean {
  return localStorage.getItem(SEATED) !== null;
}
