import type { Incident } from "../api/wire";
import { shadowWords } from "../words/shadow";

/** Run by radio: nobody is commanded to it. */
export function ShadowMark({ incident }: { incident: Incident }) {
  return incident.shadow ? <span class="late-mark">{shadowWords.value.mark}</span> : null;
}
