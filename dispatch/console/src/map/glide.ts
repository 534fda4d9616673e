// Marks pinned to points of the map: moved with it, and gliding to where a unit has gone instead of jumping there.

export type LonLat = readonly [lon: number, lat: number];

/** Turns points into pixels, and says when it would turn them into others. */
export interface Projection {
  project(point: LonLat): { readonly x: number; readonly y: number };
  onMove(act: () => void): () => void;
}

export interface Frames {
  now(): number;
  next(act: () => void): void;
}

/** Positions come once a second; a glide ends before the next one begins. */
export const GLIDE_MS = 900;

/** Further than this in degrees (some 2 km) a unit has not gone in a second: it is put there. */
const LEAP = 0.02;

interface Pin {
  from: LonLat;
  to: LonLat;
  begun: number;
}

/** Where a mark is on its way from one point to another. */
export function between(from: LonLat, to: LonLat, share: number): LonLat {
  const part = Math.min(1, Math.max(0, share));
  return [from[0] + (to[0] - from[0]) * part, from[1] + (to[1] - from[1]) * part];
}

export class Pins {
  readonly #projection: Projection;
  readonly #frames: Frames;
  readonly #pins = new Map<HTMLElement, Pin>();
  readonly #glides: boolean;
  readonly #stop: () => void;
  #running = false;

  constructor(projection: Projection, frames: Frames, glides: boolean) {
    this.#projection = projection;
    this.#frames = frames;
    this.#glides = glides;
    this.#stop = projection.onMove(() => this.#placeAll());
  }

  /** Pins the element, or moves it to another point. */
  pin(element: HTMLElement, to: LonLat): void {
    const held = this.#pins.get(element);
    if (held !== undefined && held.to[0] === to[0] && held.to[1] === to[1]) return;
    const from = held === undefined ? to : this.#at(held);
    const leaps = !this.#glides || Math.hypot(to[0] - from[0], to[1] - from[1]) > LEAP;
    this.#pins.set(element, { from: leaps ? to : from, to, begun: this.#frames.now() });
    this.#place(element);
    this.#run();
  }

  unpin(element: HTMLElement): void {
    this.#pins.delete(element);
  }

  end(): void {
    this.#stop();
    this.#pins.clear();
  }

  #at({ from, to, begun }: Pin): LonLat {
    return between(from, to, (this.#frames.now() - begun) / GLIDE_MS);
  }

  #place(element: HTMLElement): void {
    const { x, y } = this.#projection.project(this.#at(this.#pins.get(element)!));
    element.style.transform = `translate(${x.toFixed(1)}px, ${y.toFixed(1)}px)`;
  }

  #placeAll(): void {
    for (const element of this.#pins.keys()) this.#place(element);
  }

  /** Only what glides is placed again with each frame; when nothing does, there are no frames. */
  #run(): void {
    if (this.#running) return;
    this.#running = true;
    this.#frames.next(() => {
      this.#running = false;
      let gliding = false;
      for (const [element, pin] of this.#pins) {
        if (pin.from === pin.to) continue;
        this.#place(element);
        if (this.#frames.now() - pin.begun >= GLIDE_MS) pin.from = pin.to;
        else gliding = true;
      }
      if (gliding) this.#run();
    });
  }
}
