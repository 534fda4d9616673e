// What a console holds of its area: the feed's streams as they stand, and the views that the page reads from them.
import { computed, signal, type ReadonlySignal } from "@preact/signals";
import type { Alarm, AreaMode, Assignment, Closure, Conditions, Incident, Move, Notice, Report, Unit, UnitPosition } from "../api/wire";
import type { Pos } from "../feed/frames";
import { bodies } from "../feed/stream";
import { StreamStore, type Versioned } from "./streams";

type Kind = "incident" | "unit" | "assignment" | "move" | "notice" | "report" | "alarm" | "closure" | "conditions" | "mode";

export class AreaStore extends StreamStore {
  readonly #positions = signal<ReadonlyMap<string, UnitPosition>>(new Map());
  readonly #areaStream: string;
  readonly #callersStream: string;
  readonly #groundStream: string;

  readonly incidents: ReadonlySignal<ReadonlyMap<string, Incident>>;
  readonly assignments: ReadonlySignal<ReadonlyMap<string, Assignment>>;
  readonly units: ReadonlySignal<ReadonlyMap<string, Unit>>;
  readonly alarms: ReadonlySignal<ReadonlyMap<string, Alarm>>;
  readonly reports: ReadonlySignal<ReadonlyMap<string, Report>>;
  readonly notices: ReadonlySignal<ReadonlyMap<string, Notice>>;
  /** The open move-up of a unit, by the unit. */
  readonly moves: ReadonlySignal<ReadonlyMap<string, Move>>;
  /** Of the last day, of now and to come: `standing` of `trade/closure` says which. */
  readonly closures: ReadonlySignal<ReadonlyMap<string, Closure>>;
  /** The present conditions; null until the feed has told them. */
  readonly conditions: ReadonlySignal<Conditions | null>;
  /** Live or in shadow; null until the feed has told it. */
  readonly mode: ReadonlySignal<AreaMode | null>;

  constructor(area: string) {
    super();
    this.#areaStream = `area/${area}`;
    this.#callersStream = `callers/${area}`;
    this.#groundStream = `ground/${area}`;
    this.incidents = this.#view<Incident>(this.#areaStream, "incident");
    this.assignments = this.#view<Assignment>(this.#areaStream, "assignment");
    this.alarms = this.#view<Alarm>(this.#areaStream, "alarm");
    this.notices = this.#view<Notice>(this.#areaStream, "notice");
    const moves = this.#view<Move>(this.#areaStream, "move");
    this.moves = computed(() => new Map([...moves.value.values()].filter((move) => move.ended_at === null).map((move) => [move.unit, move])));
    this.reports = this.#view<Report>(this.#callersStream, "report");
    this.closures = this.#view<Closure>(this.#groundStream, "closure");
    const conditions = this.#view<Conditions>(this.#groundStream, "conditions");
    this.conditions = computed(() => conditions.value.get(area) ?? null);
    const mode = this.#view<AreaMode>(this.#groundStream, "mode");
    this.mode = computed(() => mode.value.get(area) ?? null);
    const units = this.#view<Unit>(this.#areaStream, "unit");
    this.units = computed(() => placed(units.value, this.#positions.value));
  }

  override place(frame: Pos): void {
    const positions = new Map(this.#positions.value);
    for (const [unit, lon, lat, at] of frame.u) {
      positions.set(unit, { lon, lat, source: "device", accuracy_m: null, at: new Date(at).toISOString() });
    }
    this.#positions.value = positions;
  }

  answered(kind: Kind, body: Versioned): void {
    this.answeredIn(this.#streamOf(kind), kind, body);
  }

  #streamOf(kind: Kind): string {
    if (kind === "report") return this.#callersStream;
    return kind === "closure" || kind === "conditions" || kind === "mode" ? this.#groundStream : this.#areaStream;
  }

  #view<Body>(stream: string, kind: Kind): ReadonlySignal<ReadonlyMap<string, Body>> {
    const things = computed(() => this.streams.value.get(stream)?.things.get(kind));
    return computed(() => bodies<Body>(things.value));
  }
}

/** The units with a position from beside the feed where that is the later one. */
function placed(
  units: ReadonlyMap<string, Unit>,
  positions: ReadonlyMap<string, UnitPosition>,
): ReadonlyMap<string, Unit> {
  if (positions.size === 0) return units;
  return new Map(
    [...units].map(([id, unit]) => {
      const position = positions.get(id);
      const later = position !== undefined && (unit.position === null || position.at > unit.position.at);
      return [id, later ? { ...unit, position } : unit];
    }),
  );
}
