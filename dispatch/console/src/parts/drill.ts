// Whether what a page shows is a drill: the service's clock is one, or something on screen belongs to an exercise.
import type { Session } from "../api/wire";
import { words } from "../words/language";

/** Why the ribbon is there; null where everything is real. */
export function drillWhy(session: Pick<Session, "drill">, showsExercise: boolean): string | null {
  if (session.drill) return words.value.drill.clock;
  return showsExercise ? words.value.drill.exercise : null;
}
