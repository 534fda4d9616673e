// Something read when the supervisor's tools are opened, and again every few seconds while they are.
import { useEffect, useMemo } from "preact/hooks";
import { Reading } from "../store/reading";

const EVERY_MS = 10_000;

export interface Kept<Value> {
  readonly value: Value | null;
  readonly failure: string | null;
  again(): Promise<void>;
}

export function useReading<Value>(path: string): Kept<Value> {
  const reading = useMemo(() => new Reading<Value>(), []);
  useEffect(() => {
    void reading.from(path);
    const timer = setInterval(() => void reading.from(path), EVERY_MS);
    return () => clearInterval(timer);
  }, [path]);
  return { value: reading.value.value, failure: reading.failure.value, again: () => reading.from(path) };
}
