// Sending something from a form: whether it is on its way, and what went wrong the last time.
import { useSignal } from "@preact/signals";
import { sentence } from "../store/reading";

export interface Sending {
  readonly working: boolean;
  readonly failure: string | null;
  /** Does the act unless one is on its way; resolves to whether it was done. */
  send(act: () => Promise<unknown>): Promise<boolean>;
  forget(): void;
}

export function useSending(): Sending {
  const working = useSignal(false);
  const failure = useSignal<string | null>(null);
  return {
    working: working.value,
    failure: failure.value,
    async send(act) {
      if (working.peek()) return false;
      working.value = true;
      failure.value = null;
      try {
        await act();
        return true;
      } catch (problem) {
        failure.value = sentence(problem);
        return false;
      } finally {
        working.value = false;
      }
    },
    forget: () => (failure.value = null),
  };
}
