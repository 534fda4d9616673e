// The sound of a new order: two tones again and again, made here, until somebody answers or silences it.
import { signal } from "@preact/signals";

const EVERY_MS = 1_600;
const TONES: readonly (readonly [at_s: number, hertz: number])[] = [
  [0, 880],
  [0.25, 1175],
  [0.5, 880],
  [0.75, 1175],
];
const TONE_S = 0.22;

/** Browsers stay silent until the page has been touched. */
export const soundOn = signal(false);

let audio: AudioContext | null = null;
let ringing: ReturnType<typeof setInterval> | null = null;

/** To be called in answer to a touch or a key. */
export async function allowSound(): Promise<void> {
  audio ??= new AudioContext();
  audio.onstatechange = () => (soundOn.value = audio?.state === "running");
  await audio.resume().catch(() => undefined);
  soundOn.value = audio.state === "running";
}

/** The first touch anywhere turns the sound on: when it has ended, so that nothing moves under the finger. */
export function allowSoundOnTouch(): void {
  const allow = () => void allowSound();
  addEventListener("click", allow, { once: true });
  addEventListener("keydown", allow, { once: true });
}

export function ring(): void {
  if (ringing !== null) return;
  sound();
  ringing = setInterval(sound, EVERY_MS);
}

/** Once, for a desk: somebody is to look. */
export function chime(): void {
  if (audio === null || audio.state !== "running") return;
  for (const [at_s, hertz] of TONES.slice(0, 2)) tone(audio, audio.currentTime + at_s, hertz);
}

export function beSilent(): void {
  if (ringing !== null) clearInterval(ringing);
  ringing = null;
  if (mayVibrate()) navigator.vibrate(0);
}

function sound(): void {
  if (mayVibrate()) navigator.vibrate([300, 100, 300]);
  if (audio === null || audio.state !== "running") return;
  for (const [at_s, hertz] of TONES) tone(audio, audio.currentTime + at_s, hertz);
}

function tone(context: AudioContext, at_s: number, hertz: number): void {
  const oscillator = context.createOscillator();
  const loudness = context.createGain();
  oscillator.type = "square";
  oscillator.frequency.value = hertz;
  loudness.gain.setValueAtTime(0.35, at_s);
  loudness.gain.exponentialRampToValueAtTime(0.001, at_s + TONE_S);
  oscillator.connect(loudness).connect(context.destination);
  oscillator.start(at_s);
  oscillator.stop(at_s + TONE_S);
}

/** Browsers refuse to vibrate, and complain, before the first touch. */
function mayVibrate(): boolean {
  return "vibrate" in navigator && (navigator.userActivation?.hasBeenActive ?? false);
}
