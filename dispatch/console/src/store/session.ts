// Who is signed in. Pages begin with it; without a session, or with one for another page, they lead to the log-in.
import { letGo, post, read, Refusal } from "../api/client";
import { keepToken, token } from "../api/token";
import type { Session, SessionWithToken } from "../api/wire";
import { timeZone } from "../trade/writing";
import { runSeconds } from "./now";

const TRY_AGAIN_MS = 3_000;

/** Resolves once the service has said who sits here; while it cannot be reached, asks again. */
export async function begin(belongsHere: (session: Session) => boolean): Promise<Session> {
  await enterByCode();
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

const CODE = /^#code=([\w-]{1,100})$/;

/** With a one-time code in the address's fragment (`#code=…`), which no server and no log ever sees: resolves once it has
 * opened a session, whose token this page keeps. The address loses the code first. Resolves at once without one. */
export async function enterByCode(): Promise<void> {
  const code = CODE.exec(location.hash)?.[1];
  if (code === undefined) return;
  history.replaceState(null, "", location.pathname + location.search);
  const before = token();
  keepToken(null);
  if (before !== null) letGo(before);
  for (;;) {
    try {
      return keepToken((await post<SessionWithToken>("/api/session", { code })).token);
    } catch (failure) {
      if (failure instanceof Refusal && !failure.passing) return leadToLogIn("badCode");
      await new Promise((resume) => setTimeout(resume, TRY_AGAIN_MS));
    }
  }
}

export type Ending = "signedOut" | "withdrawn" | "badCode";

/** Never resolves: the page is being left. The log-in page says `why`, unless it was the reader's own wish. */
export function leadToLogIn(why?: Ending): Promise<never> {
  if (token() === null) rememberSeat(false);
  else keepToken(null);
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
  return why === "signedOut" || why === "withdrawn" || why === "badCode" ? why : null;
}

/** Only that somebody has logged in here, so that the log-in page need not ask a service that would say no. */
export function rememberSeat(seated: boolean): void {
  if (seated) localStorage.setItem(SEATED, "yes");
  else localStorage.removeItem(SEATED);
}

export function maybeSeated(): boolean {
  return token() !== null || localStorage.getItem(SEATED) !== null;
}
