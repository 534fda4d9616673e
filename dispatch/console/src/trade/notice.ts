// Notices: which hold, and to whom they go.
import type { Audience, Notice } from "../api/wire";
import { words } from "../words/language";
import { listed } from "./writing";

/** Whether it holds at this instant: neither over nor ended. */
export function holds({ until, ended_at }: Pick<Notice, "until" | "ended_at">, now_ms: number): boolean {
  return ended_at === null && Date.parse(until) > now_ms;
}

/** `all`, or the codes that were chosen, cells and posts by the names given. */
export function audienceWords(to: Audience, nameOf: (code: string) => string): string {
  if (to.all === true) return words.value.notice.all;
  return listed([...(to.teams ?? []), ...(to.cells ?? []).map(nameOf), ...(to.posts ?? []).map(nameOf)]);
}

/** Whether the form says enough to send: a text, and somebody to send it to. */
export function complete(text: string, to: Audience): boolean {
  const chosen = (to.teams?.length ?? 0) + (to.cells?.length ?? 0) + (to.posts?.length ?? 0);
  return text.trim() !== "" && (to.all === true || chosen > 0);
}
