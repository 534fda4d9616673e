// The service's time as this device knows it: its own clock, corrected by how far the service's is ahead.
import { signal } from "@preact/signals";

/** Milliseconds to add to this device's clock. */
export const ahead_ms = signal(0);

/** Corrected time, moved on once a second while a page shows running clocks. */
export const now_ms = signal(Date.now());

export function correctedNow_ms(): number {
  return Date.now() + ahead_ms.value;
}

/** Starts the seconds; `setClock` corrects them at once. */
export function runSeconds(): void {
  setInterval(() => (now_ms.value = correctedNow_ms()), 1000);
}

export function setClock(ahead: number): void {
  ahead_ms.value = ahead;
  now_ms.value = correctedNow_ms();
}
