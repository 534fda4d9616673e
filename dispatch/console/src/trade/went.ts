// Who went by radio, as an operator types it: `1` is the first of the ranked units, `53` is G5-3, any other word names others.
import type { Candidate, Unit } from "../api/wire";
import { unitsOf } from "./radio";

/** So many can be named by their place in the ranking, each by one digit. */
export const RANKED = 9;

export interface WentSaid {
  /** The units that it may mean; one, and it is that one. */
  readonly units: readonly { readonly id: string; readonly code: string }[];
  /** Who went, where no unit is meant. */
  readonly name: string | null;
  /** So many minutes ago. */
  readonly minutesAgo: number;
  readonly by: string;
}

/** The units by whose place in the ranking a digit means them: those that can be timed, in their order. */
export function ranked(candidates: readonly Candidate[]): readonly Candidate[] {
  return candidates.filter(({ eta_s, reason_code }) => eta_s !== null && reason_code !== "already_on_this_incident").slice(0, RANKED);
}

/** `who -minutes /said by`: only the first is needed. */
export function wentSaid(line: string, ranking: readonly Candidate[], units: Iterable<Unit>): WentSaid {
  const [said = "", by = ""] = line.split(/[/／](.*)/s);
  const tokens = said.split(/\s+/).filter((each) => each !== "");
  const ago = tokens.length > 1 ? /^[-－](\d{1,4})$/.exec(tokens.at(-1)!) : null;
  const who = (ago === null ? tokens : tokens.slice(0, -1)).join(" ");
  const common = { minutesAgo: ago === null ? 0 : Number(ago[1]), by: by.trim() };
  if (/^\d$/.test(who)) {
    const candidate = ranking[Number(who) - 1];
    return { units: candidate === undefined ? [] : [{ id: candidate.unit, code: candidate.code }], name: null, ...common };
  }
  const found = who === "" ? [] : unitsOf(who, units);
  return { units: found, name: found.length === 0 && who.length > 1 ? who : null, ...common };
}
