// Whose phone this is: as the service says, or, while it cannot be reached, as it last said. Never the token.
import { read, Refusal, remove } from "../api/client";
import { keptFor } from "../api/token";
import type { Session } from "../api/wire";
import { enterByCode, leadToLogIn } from "../store/session";
import { newId } from "../trade/id";

export type CrewSession = Session & { unit: string; unit_code: string };

const KEPT = "crew-seat";
const DEVICE = "crew-device";

export async function crewSeat(): Promise<CrewSession> {
  await enterByCode();
  const kept = keptSeat();
  try {
    const session = await read<Session>("/api/session");
    if (!isCrew(session)) return leadToLogIn();
    localStorage.setItem(keptFor(KEPT), JSON.stringify(session));
    return session;
  } catch (failure) {
    if (failure instanceof Refusal && failure.signedOut) return leadToLogIn(kept === null ? undefined : "signedOut");
    if (kept !== null) return kept;
    await new Promise((resume) => setTimeout(resume, 3_000));
    return crewSeat();
  }
}

export async function leaveSeat(): Promise<void> {
  await remove("/api/session").catch(() => undefined);
  localStorage.removeItem(keptFor(KEPT));
  await leadToLogIn();
}

/** The name of this device in the feed; it stays, so that what was delivered to it is known. */
export function deviceName(): string {
  const kept = localStorage.getItem(DEVICE) ?? newId();
  localStorage.setItem(DEVICE, kept);
  return kept;
}

function keptSeat(): CrewSession | null {
  const kept = localStorage.getItem(keptFor(KEPT));
  return kept === null ? null : (JSON.parse(kept) as CrewSession);
}

function isCrew(session: Session): session is CrewSession {
  return session.role === "crew" && session.unit !== null && session.unit_code !== null;
}
