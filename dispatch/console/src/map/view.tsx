// The map on the page, loaded apart from it: the board with what it shows, the marks above it, and the buttons beside it.
import { computed, effect, signal, useSignal, type Signal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import type { MLFontFace } from "@maplibre/maplibre-gl-style-spec";
import type { GroundMap, Point } from "../api/wire";
import type { Desk } from "../operator/desk";
import { cellWords } from "../trade/coverage_words";
import { boundsOf, pointsOf } from "../trade/route";
import { length } from "../trade/writing";
import { language, words } from "../words/language";
import { Board, type Bounds } from "./board";
import { fontPieces } from "./fonts";
import { Pins } from "./glide";
import { LayersChoice } from "./layers_choice";
import { Marks } from "./marks";
import { DARK, LIGHT } from "./palette";
import type { StyleChoices } from "./style";
import "./map.css";

interface Live {
  readonly board: Board;
  readonly pins: Pins;
  readonly zoom: Signal<number>;
  /** The crowd that is opened as a list. */
  readonly crowd: Signal<string | null>;
}

const dark = signal(false);
const pieces = signal<MLFontFace[] | null>(null);

export function MapView({ desk }: { desk: Desk }) {
  const ground = desk.picture.ground.map.value;
  const live = useSignal<Live | null>(null);
  const container = useRef<HTMLDivElement>(null);

  useEffect(() => followHour(), []);
  useEffect(() => void fontPieces().then((found) => (pieces.value = found)), []);
  const ready = ground !== null && pieces.value !== null;
  useEffect(() => {
    if (!ready) return;
    const begun = begin(container.current!, desk);
    live.value = begun;
    const ends = followDesk(begun, desk);
    return () => {
      for (const end of ends) end();
      live.value = null;
      begun.pins.end();
      begun.board.end();
    };
  }, [ready]);

  const say = words.value.map;
  const asking = desk.picture.asking.value !== null;
  return (
    <div class={`map-view ${asking ? "asking" : ""}`}>
      <div class="map-canvas" ref={container} />
      {live.value !== null && <Marks desk={desk} {...live.value} />}
      {live.value !== null && <Buttons desk={desk} live={live.value} />}
      {asking && <p class="map-asks">{say.pointHere}</p>}
      {asking && <span class="map-aim" aria-hidden="true" />}
      {live.value !== null && <Scale live={live.value} />}
      {ground !== null && <Notes ground={ground} />}
    </div>
  );
}

function begin(container: HTMLElement, desk: Desk): Live {
  const board = new Board(container, desk.picture.ground.map.peek()!, choices(desk), () => void desk.picture.ground.follow());
  const glides = !matchMedia("(prefers-reduced-motion: reduce)").matches;
  const pins = new Pins(board, { now: () => performance.now(), next: (act) => requestAnimationFrame(act) }, glides);
  const zoom = signal(board.zoom);
  board.onZoomed((now) => (zoom.value = now));
  const crowd = signal<string | null>(null);
  board.onClick((point) => {
    crowd.value = null;
    desk.picture.asking.peek()?.(point);
  });
  board.canvas.addEventListener("keydown", (event) => {
    if (event.key === "Enter") desk.picture.asking.peek()?.(board.centre);
  });
  return { board, pins, zoom, crowd };
}

/** One effect for each thing that is shown: what has not changed is not drawn again. */
function followDesk({ board }: Live, desk: Desk): (() => void)[] {
  const { picture } = desk;
  let first = true;
  // Only another incident or another place moves the map; what else happens to the incident in hand does not.
  const where = computed(() => {
    const incident = desk.inHand.value;
    return incident?.place?.point == null ? null : JSON.stringify({ ...incident.place.point, id: incident.id });
  });
  return [
    effect(() => {
      const [ground, chosen] = [picture.ground.map.value!, choices(desk)];
      board.canvas.setAttribute("aria-label", words.value.map.canvas);
      if (!first) board.draw(ground, chosen);
      first = false;
    }),
    effect(() => board.colour(picture.cells.value)),
    effect(() => board.nameCells(picture.ground.cells.value.values(), cellWords(picture.cells.value), picture.cells.value)),
    effect(() => board.close(picture.closed.value)),
    effect(() => board.drawRoutes(picture.routes.drawn.value)),
    effect(() => {
      const point = where.value;
      if (point !== null) board.see(JSON.parse(point) as Point);
    }),
  ];
}

function choices(desk: Desk): StyleChoices {
  return {
    palette: dark.value ? DARK : LIGHT,
    language: language.value,
    shown: desk.picture.shown.value,
    fontPieces: pieces.value ?? [],
    origin: location.origin,
  };
}

function followHour(): () => void {
  const asked = matchMedia("(prefers-color-scheme: dark)");
  const look = () => (dark.value = asked.matches);
  look();
  asked.addEventListener("change", look);
  return () => asked.removeEventListener("change", look);
}

function Buttons({ desk, live: { board } }: { desk: Desk; live: Live }) {
  const say = words.value.map;
  const incident = desk.inHand.value;
  const point = incident?.place?.point ?? null;
  const fitArea = () => board.fit(desk.picture.ground.map.value!.bounds as unknown as Bounds);
  const fitIncident = () => {
    const going = [...desk.store.units.value.values()].filter((unit) => unit.incident === incident!.id);
    const points = going.flatMap(({ position }) => (position === null ? [] : [[position.lon, position.lat] as const]));
    const bounds = boundsOf([[point!.lon, point!.lat], ...points, ...pointsOf(desk.picture.routes.drawn.value.map(({ route }) => route))]);
    if (bounds !== null) board.fit(bounds);
  };
  return (
    <div class="map-buttons" role="toolbar" aria-label={say.tools}>
      <div class="map-buttons-zoom">
        <button type="button" aria-label={say.zoomIn} title={say.zoomIn} onClick={() => board.zoomBy(1)}>
          +
        </button>
        <button type="button" aria-label={say.zoomOut} title={say.zoomOut} onClick={() => board.zoomBy(-1)}>
          −
        </button>
      </div>
      <button type="button" onClick={fitArea}>
        {say.fitArea}
      </button>
      <button type="button" disabled={point === null} onClick={fitIncident}>
        {say.fitIncident}
      </button>
      <LayersChoice shown={desk.picture.shown} />
    </div>
  );
}

const SCALE_PX = 90;
const ROUND = [20_000, 10_000, 5_000, 2_000, 1_000, 500, 200, 100, 50, 20, 10];

function Scale({ live: { board, zoom } }: { live: Live }) {
  const most_m = zoom.value >= 0 ? board.metresOf(SCALE_PX) : 0;
  const metres = ROUND.find((each) => each <= most_m) ?? 5;
  return (
    <p class="map-scale">
      <span style={{ width: `${((metres / most_m) * SCALE_PX).toFixed(1)}px` }} />
      {length(metres)}
    </p>
  );
}

function Notes({ ground }: { ground: GroundMap }) {
  const say = words.value;
  return (
    <p class="map-notes" title={ground.attribution}>
      {ground.illustrative && <span class="illustrative">{say.map.illustrative}</span>}
    </p>
  );
}
