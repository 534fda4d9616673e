// What an operator types of what is heard: `53 4 /王队` is G5-3 at the patient, said by 王队. A line, so that it takes two seconds.
import type { Assignment, AssignmentStepName, Unit } from "../api/wire";
import { words } from "../words/language";
import { isOpen, mayFollow } from "./assignment";

/** Each step by a digit in the order of the way, and by a letter. */
export const KEYS = [
  { step: "acknowledge", keys: ["1", "a"] },
  { step: "en_route", keys: ["2", "e"] },
  { step: "on_scene", keys: ["3", "s"] },
  { step: "at_patient", keys: ["4", "p"] },
  { step: "moving", keys: ["5", "m"] },
  { step: "handed_over", keys: ["6", "h"] },
  { step: "decline", keys: ["8", "d"] },
  { step: "need_help", keys: ["9", "x"] },
  { step: "clear", keys: ["0", "c"] },
  { step: "note", keys: ["n"] },
] as const satisfies readonly { step: AssignmentStepName; keys: readonly string[] }[];

/** What says that it came by telephone: these, or the word for it in the reader's language. */
const PHONE: ReadonlySet<string> = new Set(["tel", "phone"]);

export interface Heard {
  /** The units that the first word may mean; one, and it is that one. */
  readonly units: readonly Unit[];
  readonly step: AssignmentStepName | null;
  /** Where it says it is. */
  readonly place: string | null;
  readonly note: string;
  readonly by: string;
  readonly channel: "radio" | "phone";
}

/** `unit step words… /who`, or `unit @place /who`; `tel` anywhere: it came by telephone. Without a name, the unit said it. */
export function heard(line: string, units: Iterable<Unit>): Heard {
  const [said = "", who = ""] = line.split(/[/／](.*)/s);
  const tokens = said.split(/\s+/).filter((each) => each !== "");
  const isPhone = (token: string) => PHONE.has(token.toLowerCase()) || token === words.value.assignment.phone;
  const [first = "", second = "", ...rest] = tokens.filter((token) => !isPhone(token));
  const found = first === "" ? [] : unitsOf(first, units);
  const place = /^[@＠]/.test(second) ? [second.slice(1), ...rest].join(" ").trim() : null;
  return {
    units: found,
    step: place === null ? stepOf(second) : null,
    place: place === "" ? null : place,
    note: place === null ? rest.join(" ") : "",
    by: who.trim() || (found.length === 1 ? found[0]!.code : ""),
    channel: tokens.some(isPhone) ? "phone" : "radio",
  };
}

/** By the letters and digits of the code, whole or its end: `g5-3`, `g53` and `53` are G5-3. */
export function unitsOf(word: string, units: Iterable<Unit>): readonly Unit[] {
  const sought = plain(word);
  if (sought === "") return [];
  const all = [...units];
  const exact = all.filter(({ code }) => plain(code) === sought);
  return exact.length > 0 ? exact : all.filter(({ code }) => plain(code).endsWith(sought));
}

function plain(code: string): string {
  return code.toLowerCase().replace(/[^\p{L}\p{N}]/gu, "");
}

/** By its digit, its letter, or the beginning of its name in the reader's language. */
function stepOf(word: string): AssignmentStepName | null {
  const sought = word.toLowerCase();
  if (sought === "") return null;
  const byKey = KEYS.find(({ keys }) => (keys as readonly string[]).includes(sought));
  const byName = KEYS.find(({ step }) => words.value.assignment.step[step].toLowerCase().startsWith(sought));
  return (byKey ?? byName)?.step ?? null;
}

/** The open assignment that a step of the unit would be of, the one that may take it before one that waits. */
export function orderOf(unit: Unit, step: AssignmentStepName, assignments: Iterable<Assignment>): Assignment | null {
  const open = [...assignments].filter((each) => each.unit === unit.id && isOpen(each) && mayFollow(each.state, step));
  return open.find(({ kind }) => kind === "incident") ?? open[0] ?? null;
}
