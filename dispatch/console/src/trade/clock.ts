// The ten-minute clock as a screen shows it: time spent against the target, amber before red, and settled once somebody is there.
import type { Incident } from "../api/wire";

/** `ok` → `soon` → `over` while it runs; `met` or `missed` once the first responder is at the patient. */
export type ClockPhase = "ok" | "soon" | "over" | "met" | "missed" | "none" | "unknown";

export interface ClockFace {
  readonly phase: ClockPhase;
  readonly spent_s: number;
  readonly target_s: number | null;
  /** Seconds to the target, negative once it is missed; null where there is no target. */
  readonly left_s: number | null;
  readonly running: boolean;
  /** 0 … 1 of the target, for a ring or a bar. */
  readonly share: number;
}

/** The last quarter of the target is amber: there is still time to do something. */
export const AMBER_SHARE = 0.75;

export function clockFace(incident: Pick<Incident, "clock" | "status" | "target_s">, now_ms: number): ClockFace {
  const reported_ms = Date.parse(incident.clock.reported_at);
  const arrived = incident.clock.at_patient_at;
  const closed = incident.clock.closed_at;
  const running = arrived === null && incident.status === "open";
  const end_ms = arrived !== null ? Date.parse(arrived) : !running && closed !== null ? Date.parse(closed) : now_ms;
  const spent_s = Math.max(0, (end_ms - reported_ms) / 1000);
  const target_s = incident.target_s;
  const share = target_s === null ? 0 : Math.min(1, spent_s / target_s);
  const left_s = target_s === null ? null : target_s - spent_s;
  return { phase: phaseOf(incident, running, spent_s), spent_s, target_s, left_s, running, share };
}

function phaseOf(
  { clock, target_s }: Pick<Incident, "clock" | "target_s">,
  running: boolean,
  spent_s: number,
): ClockPhase {
  if (!running && clock.at_patient_at === null) return "unknown";
  if (target_s === null) return "none";
  if (!running) return (clock.within_target ?? spent_s <= target_s) ? "met" : "missed";
  if (spent_s > target_s) return "over";
  return spent_s >= target_s * AMBER_SHARE ? "soon" : "ok";
}
