// Units weighed for an incident, sorted by what the desk may do with them.
import type { Candidate } from "../api/wire";

/** Free and able to come, but others are better. */
const PASSED_OVER: ReadonlySet<string> = new Set(["others_are_sooner_and_enough", "has_nobody_the_card_asks_for"]);

/** The service would refuse to send them whatever the reason given. */
const HELD: ReadonlySet<string> = new Set(["nobody_on_duty", "on_another_incident", "already_on_this_incident"]);

export function isPassedOver(candidate: Pick<Candidate, "chosen" | "reason_code">): boolean {
  return !candidate.chosen && PASSED_OVER.has(candidate.reason_code);
}

export function isOutOfTheQuestion(candidate: Pick<Candidate, "chosen" | "reason_code">): boolean {
  return !candidate.chosen && !PASSED_OVER.has(candidate.reason_code);
}

export function isHeld(candidate: Pick<Candidate, "reason_code">): boolean {
  return HELD.has(candidate.reason_code);
}
