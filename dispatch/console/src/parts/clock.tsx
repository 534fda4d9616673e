// An incident's clock: a ring that fills to the target, a shape, a word and the time; never colour alone.
import type { Incident } from "../api/wire";
import { now_ms } from "../store/now";
import { clockFace, type ClockFace, type ClockPhase } from "../trade/clock";
import { stopwatch } from "../trade/writing";
import { words } from "../words/language";

export const SHAPE: Readonly<Record<ClockPhase, string>> = {
  ok: "●",
  soon: "▲",
  over: "■",
  met: "✓",
  missed: "✕",
  none: "○",
  unknown: "–",
};

export function IncidentClock({ incident }: { incident: Incident }) {
  const face = clockFace(incident, now_ms.value);
  return (
    <div class={`clock ${face.phase}`}>
      <Ring share={face.share} />
      <div class="clock-words">
        <span class="clock-time">{spentWords(face)}</span>
        <span class="clock-phase">
          <span aria-hidden="true">{SHAPE[face.phase]} </span>
          {phaseWords(face)}
        </span>
      </div>
    </div>
  );
}

function Ring({ share }: { share: number }) {
  return (
    <svg class="ring" viewBox="0 0 36 36" aria-hidden="true">
      <circle class="ring-whole" cx="18" cy="18" r="15" pathLength={100} />
      <circle class="ring-spent" cx="18" cy="18" r="15" pathLength={100} stroke-dasharray={`${share * 100} 100`} />
    </svg>
  );
}

function spentWords(face: ClockFace): string {
  const spent = stopwatch(face.spent_s);
  return face.target_s === null ? spent : words.value.clock.elapsed(spent, stopwatch(face.target_s));
}

function phaseWords(face: ClockFace): string {
  const say = words.value.clock;
  switch (face.phase) {
    case "ok":
    case "soon":
      return `${say[face.phase]} · ${say.left(stopwatch(face.left_s ?? 0))}`;
    case "over":
      return `${say.over} · ${say.late(stopwatch(-(face.left_s ?? 0)))}`;
    case "met":
      return say.met;
    case "missed":
      return `${say.missed} · ${say.late(stopwatch(-(face.left_s ?? 0)))}`;
    case "none":
      return say.noTarget;
    case "unknown":
      return say.noArrival;
  }
}
