// What the map and the legend beside it show: the ground, its coverage now, the ways to the incident in hand, what is pointed at.
import { computed, effect, signal, type ReadonlySignal } from "@preact/signals";
import { read } from "../api/client";
import type { Candidate, CoverageNow, Holes, Incident, Point, Recommendation, Route } from "../api/wire";
import { shownGroups } from "../map/groups";
import type { AreaStore } from "../store/area";
import { LiveCoverage } from "../store/coverage";
import { GroundStore } from "../store/ground";
import { now_ms } from "../store/now";
import { Reading } from "../store/reading";
import { Routes, type Wish } from "../store/routes";
import { closedEdges, type Closed } from "../trade/closure";
import { cellFaces, type CellFace } from "../trade/coverage";
import { assignmentsOf } from "../trade/incident";
import { wantedRoutes } from "../trade/route";

/** What the picture rests on: it asks for no more of the desk than this. */
export interface Seen {
  readonly store: AreaStore;
  readonly inHand: ReadonlySignal<Incident | null>;
  readonly advice: ReadonlySignal<Recommendation | null>;
  readonly live: ReadonlySignal<boolean>;
}

const later = (delay_ms: number, act: () => void) => {
  const timer = setTimeout(act, delay_ms);
  return () => clearTimeout(timer);
};

const LOOK_REST_MS = 200;

/** How late the beginning or end of a closure may be shown. */
const CLOCK_MS = 5_000;

export class Picture {
  readonly ground = new GroundStore();
  readonly coverage = new LiveCoverage({ read: () => read<CoverageNow>("/api/coverage/now"), now: () => Date.now(), later });
  readonly without = new Reading<CoverageNow>();
  /** What assignments have opened, and the move that mends most; read anew with the coverage. */
  readonly holes = new Reading<Holes>();
  readonly routes = new Routes({ read: routeOf, now: () => Date.now(), later });
  /** The candidate whose sending is weighed: under the pointer, or with the focus. */
  readonly looked = signal<Candidate | null>(null);
  /** Who takes the next point on the map; null while nobody asks for one. */
  readonly asking = signal<((point: Point) => void) | null>(null);
  /** The point that a form holds so far, in WGS-84. */
  readonly draft = signal<Point | null>(null);
  /** The unit that was chosen, on the map or in the list. */
  readonly unit = signal<string | null>(null);
  readonly shown = shownGroups();

  readonly closed: ReadonlySignal<ReadonlyMap<string, Closed>>;
  readonly cells: ReadonlySignal<readonly CellFace[]>;
  /** The coverage without the candidate looked at, once it has come. */
  readonly left: ReadonlySignal<CoverageNow | null>;

  constructor(seen: Seen) {
    const instant = computed(() => Math.floor(now_ms.value / CLOCK_MS) * CLOCK_MS);
    const closed = computed(() => JSON.stringify([...closedEdges(seen.store.closures.value.values(), instant.value)].sort()));
    this.closed = computed(() => new Map(JSON.parse(closed.value) as [string, Closed][])); // changes only when it does
    this.left = computed(() => {
      const left = this.without.value.value;
      return left !== null && left.without === this.looked.value?.code ? left : null;
    });
    this.cells = computed(() => cellFaces(this.coverage.value.value, this.left.value));
    effect(() => this.#followCoverage(seen));
    effect(() => void (this.coverage.value.value !== null && !this.#over.value && this.holes.from("/api/coverage/holes")));
    effect(() => this.#weigh());
    effect(() => this.routes.want(this.#wishes(seen)));
    void this.ground.follow();
  }

  /** A form takes the points of the map until it is done; returns how it says so. */
  takePoint(take: (point: Point) => void): () => void {
    this.asking.value = take;
    return () => {
      if (this.asking.peek() === take) this.asking.value = null;
    };
  }

  /** Marks the point that a form holds; returns how to take the mark away. */
  showDraft(point: Point | null): () => void {
    this.draft.value = point;
    return () => {
      if (this.draft.peek() === point) this.draft.value = null;
    };
  }

  /** The seat is being left: from now on nothing is asked for that it may no longer read. */
  end(): void {
    this.#over.value = true;
    this.coverage.end();
    this.holes.forget();
    this.without.forget();
  }

  /** What was looked at is no longer; another look may have begun meanwhile. */
  lookAway(candidate: Candidate): void {
    if (this.looked.peek()?.unit === candidate.unit) this.looked.value = null;
  }

  /** Reading the signals is what makes the effect run when one of them changes. */
  #followCoverage({ store, live }: Seen): void {
    void [store.units.value, store.incidents.value, this.closed.value];
    if (live.value) this.coverage.stir();
  }

  #weigh(): void {
    const candidate = this.looked.value;
    clearTimeout(this.#due);
    if (candidate === null || candidate.eta_s === null) return this.without.forget();
    const path = `/api/coverage/now?without=${encodeURIComponent(candidate.code)}`;
    this.#due = setTimeout(() => void this.without.from(path), LOOK_REST_MS);
  }

  #due: ReturnType<typeof setTimeout> | undefined;
  readonly #over = signal(false);

  #wishes({ store, inHand, advice }: Seen): readonly Wish[] {
    const incident = inHand.value;
    if (incident === null) return [];
    const assignments = assignmentsOf(incident.id, store.assignments.value.values());
    const candidates = advice.value?.incident === incident.id ? advice.value.candidates : [];
    const wanted = wantedRoutes(incident, assignments, candidates, this.looked.value?.unit ?? null);
    const closed = [...this.closed.value.keys()].join();
    return wanted.map((each) => {
      const position = store.units.value.get(each.unit)?.position ?? null;
      const from = position === null ? "" : `${position.lon.toFixed(4)} ${position.lat.toFixed(4)}`;
      const to = `${incident.place?.point?.lon} ${incident.place?.point?.lat}`;
      return { ...each, stamp: `${from} ${to} ${closed}` };
    });
  }
}

function routeOf(incident: string, unit: string): Promise<Route> {
  return read<Route>(`/api/incidents/${incident}/route?unit=${unit}`);
}
