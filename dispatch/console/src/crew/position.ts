// Telling where the phone is while the crew wants it told: WGS-84 from the browser, no more often than is of use.
import { signal } from "@preact/signals";
import { post } from "../api/client";
import type { NewPosition } from "../api/wire";

const KEPT = "crew-shares-position";
const LEAST_BETWEEN_MS = 15_000;
const AT_LEAST_EVERY_MS = 60_000;
const MOVED_M = 30;
const METRES_PER_DEGREE = 111_320;

export type Sharing = "off" | "waiting" | "on" | "refused";

interface Told {
  readonly at_ms: number;
  readonly lon: number;
  readonly lat: number;
}

export class PositionSharing {
  readonly state = signal<Sharing>("off");
  readonly #unit: string;
  #watch: number | null = null;
  #told: Told | null = null;

  constructor(unit: string) {
    this.#unit = unit;
    if (localStorage.getItem(KEPT) === "yes") this.begin();
  }

  begin(): void {
    if (this.#watch !== null || !("geolocation" in navigator)) return;
    localStorage.setItem(KEPT, "yes");
    this.state.value = "waiting";
    this.#watch = navigator.geolocation.watchPosition(
      (position) => void this.#tell(position),
      (problem) => problem.code === problem.PERMISSION_DENIED && this.#refused(),
      { enableHighAccuracy: true, maximumAge: 10_000 },
    );
  }

  end(): void {
    localStorage.removeItem(KEPT);
    this.#stop();
    this.state.value = "off";
  }

  #refused(): void {
    this.#stop();
    this.state.value = "refused";
  }

  #stop(): void {
    if (this.#watch !== null) navigator.geolocation.clearWatch(this.#watch);
    this.#watch = null;
    this.#told = null;
  }

  /** A position that is not told is no loss: the next one comes by itself. */
  async #tell({ coords, timestamp }: GeolocationPosition): Promise<void> {
    this.state.value = "on";
    const now: Told = { at_ms: Date.now(), lon: coords.longitude, lat: coords.latitude };
    if (this.#told !== null && !isWorthTelling(this.#told, now)) return;
    const before = this.#told;
    this.#told = now;
    const position: NewPosition = {
      lon: coords.longitude,
      lat: coords.latitude,
      datum: "WGS84",
      accuracy_m: Math.min(coords.accuracy, 100_000),
      device_at: new Date(timestamp).toISOString(),
      source: "device",
    };
    try {
      await post(`/api/units/${this.#unit}/positions`, [position]);
    } catch {
      this.#told = before;
    }
  }
}

/** Moved, and not just now; or silent for long. */
export function isWorthTelling(told: Told, now: Told): boolean {
  const silent_ms = now.at_ms - told.at_ms;
  if (silent_ms < LEAST_BETWEEN_MS) return false;
  const east = (now.lon - told.lon) * Math.cos((now.lat * Math.PI) / 180);
  const moved_m = Math.hypot(east, now.lat - told.lat) * METRES_PER_DEGREE;
  return moved_m >= MOVED_M || silent_ms >= AT_LEAST_EVERY_MS;
}
