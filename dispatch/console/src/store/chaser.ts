// Whether anybody chases orders: asked of the service now and then, for the feed cannot tell of a death.
import { signal } from "@preact/signals";

const EVERY_MS = 10_000;

/** False once the service has said that its chaser is dead; a service that cannot be reached says nothing of it. */
export const chaserLives = signal(true);

export function watchChaser(): () => void {
  const ask = async () => {
    try {
      const answer = await fetch("/readyz", { cache: "no-store" });
      const said = (await answer.json()) as { chaser?: boolean; database?: boolean };
      if (said.database === true) chaserLives.value = said.chaser !== false;
    } catch {
      // The banner of the feed tells of a service that cannot be reached.
    }
  };
  void ask();
  const asking = setInterval(() => void ask(), EVERY_MS);
  return () => clearInterval(asking);
}
