// The map itself: MapLibre with our style and tiles. Live state is put on by code, and the picture is never made anew for it.
import type { FeatureCollection } from "geojson";
import { Map as GlMap, setWorkerCount, setWorkerUrl, type GeoJSONSource } from "maplibre-gl";
import workerAddress from "virtual:map-worker";
import { seatHeaders } from "../api/client";
import type { Cell, GroundMap, Point } from "../api/wire";
import type { DrawnRoute } from "../store/routes";
import type { Closed } from "../trade/closure";
import type { CellFace } from "../trade/coverage";
import { lineMode } from "../trade/route";
import type { LonLat, Projection } from "./glide";
import { picture } from "./images";
import { DARK, LIGHT } from "./palette";
import { styleOf, type StyleChoices } from "./style";

export type Bounds = readonly [west: number, south: number, east: number, north: number];

setWorkerUrl(workerAddress);
setWorkerCount(1);

/** What a cell's name says, short from far away. */
export interface CellWords {
  readonly short: string;
  readonly long: string;
}

const TILTED = { maxPitch: 0, pitchWithRotate: false, dragRotate: false, touchPitch: false } as const;

export class Board implements Projection {
  readonly #map: GlMap;
  readonly #moving: boolean;
  #cells = new Map<string, CellFace>();
  #closed: ReadonlyMap<string, Closed> = new Map();
  #ready = false;
  #waiting: (() => void)[] = [];

  constructor(container: HTMLElement, ground: GroundMap, choices: StyleChoices, onLost: () => void) {
    this.#moving = !matchMedia("(prefers-reduced-motion: reduce)").matches;
    this.#map = new GlMap({
      container,
      style: styleOf(ground, choices),
      bounds: ground.bounds as [number, number, number, number],
      fitBoundsOptions: { padding: 20 },
      maxZoom: 18,
      minZoom: 7,
      attributionControl: false,
      fadeDuration: 0,
      transformRequest: (url) => (url.includes("/api/") ? { url, headers: { ...seatHeaders() } } : { url }),
      ...TILTED,
    });
    this.#map.touchZoomRotate.disableRotation();
    this.#map.keyboard.disableRotation();
    this.#map.setMissingStyleImageResolver((id) => {
      const [name = "", palette] = id.split("/");
      const drawn = picture(name, palette === "dark" ? DARK : LIGHT);
      if (drawn !== null && !this.#map.hasImage(id)) this.#map.addImage(id, drawn.data, { pixelRatio: drawn.pixelRatio });
    });
    this.#map.on("error", ({ error }) => {
      if ((error as { status?: number }).status === 404) onLost();
      else console.warn(error);
    });
    // Read out as busy while something is still to be drawn; a picture taken in between is not how things stand.
    const busy = (is: boolean) => () => container.setAttribute("aria-busy", String(is));
    busy(true)();
    this.#map.on("dataloading", busy(true));
    this.#map.on("movestart", busy(true));
    this.#map.on("idle", busy(false));
    this.#map.on("style.load", () => {
      this.#ready = true;
      for (const act of this.#waiting.splice(0)) act();
    });
  }

  end(): void {
    this.#map.remove();
  }

  get canvas(): HTMLCanvasElement {
    return this.#map.getCanvas();
  }

  // --- where ---

  project(point: LonLat): { x: number; y: number } {
    return this.#map.project(point as [number, number]);
  }

  onMove(act: () => void): () => void {
    const subscription = this.#map.on("move", act);
    return () => subscription.unsubscribe();
  }

  onZoomed(act: (zoom: number) => void): void {
    this.#map.on("zoomend", () => act(this.#map.getZoom()));
    this.#map.on("resize", () => act(this.#map.getZoom()));
  }

  onClick(act: (point: Point) => void): void {
    this.#map.on("click", ({ lngLat }) => act({ lon: lngLat.lng, lat: lngLat.lat }));
  }

  get zoom(): number {
    return this.#map.getZoom();
  }

  get centre(): Point {
    const { lng, lat } = this.#map.getCenter();
    return { lon: lng, lat };
  }

  fit([west, south, east, north]: Bounds, closest = 15): void {
    this.#map.fitBounds([west, south, east, north], { padding: 60, maxZoom: closest, duration: this.#moving ? 300 : 0 });
  }

  zoomBy(steps: number): void {
    this.#map.zoomTo(this.#map.getZoom() + steps, { duration: this.#moving ? 200 : 0 });
  }

  /** Moves no further than needed to have the point in sight. */
  see({ lon, lat }: Point): void {
    const { x, y } = this.project([lon, lat]);
    const { clientWidth: width, clientHeight: height } = this.#map.getContainer();
    const edge = 50;
    const inSight = x > edge && y > edge && x < width - edge && y < height - edge;
    if (!inSight) this.#map.easeTo({ center: [lon, lat], duration: this.#moving ? 300 : 0 });
  }

  /** Metres that a length of so many pixels stands for in the middle of the map. */
  metresOf(pixels: number): number {
    const { clientHeight: height } = this.#map.getContainer();
    const one = this.#map.unproject([0, height / 2]);
    return one.distanceTo(this.#map.unproject([pixels, height / 2]));
  }

  // --- what ---

  /** Another ground, language, hour or choice of layers: only what differs is changed. */
  draw(ground: GroundMap, choices: StyleChoices): void {
    this.#whenReady(() => {
      const style = styleOf(ground, choices);
      for (const id of ["cells", "routes"] as const) {
        const data = this.#data.get(id);
        if (data !== undefined) style.sources[id] = { type: "geojson", data };
      }
      this.#map.setStyle(style, { diff: true });
      this.#map.once("styledata", () => this.#putAgain());
    });
  }

  /** How the cells stand; of those that stand as before nothing is touched. */
  colour(faces: readonly CellFace[]): void {
    this.#whenReady(() => {
      const before = this.#cells;
      this.#cells = new Map(faces.map((face) => [face.code, face]));
      for (const [code, face] of this.#cells) {
        const held = before.get(code);
        if (held?.state !== face.state || held.lost !== face.lost) this.#putCell(face);
      }
    });
  }

  close(closed: ReadonlyMap<string, Closed>): void {
    this.#whenReady(() => {
      for (const code of this.#closed.keys()) if (!closed.has(code)) this.#putWay(code, "");
      for (const [code, how] of closed) this.#putWay(code, how);
      this.#closed = closed;
    });
  }

  nameCells(cells: Iterable<Cell>, wordsOf: (cell: Cell) => CellWords, faces: readonly CellFace[]): void {
    const faceOf = new Map(faces.map((face) => [face.code, face]));
    const order = { nobody: 0, outside: 1, inside: 2, search: 3 } as const;
    const features = [...cells].map((cell) => {
      const face = faceOf.get(cell.code);
      return {
        type: "Feature" as const,
        geometry: { type: "Point" as const, coordinates: [cell.label_point.lon, cell.label_point.lat] },
        properties: { ...wordsOf(cell), lost: face?.lost ?? false, order: face === undefined ? 4 : face.lost ? -1 : order[face.state] },
      };
    });
    this.#setData("cells", { type: "FeatureCollection", features });
  }

  drawRoutes(routes: readonly DrawnRoute[]): void {
    const features = routes.flatMap(({ sent, route }) =>
      route.legs.flatMap((leg) => {
        const mode = lineMode(leg);
        if (mode === null) return [];
        return [{ type: "Feature" as const, geometry: { type: "LineString" as const, coordinates: leg.line }, properties: { mode, sent } }];
      }),
    );
    this.#setData("routes", { type: "FeatureCollection", features });
  }

  // --- inside ---

  readonly #data = new Map<string, FeatureCollection>();

  #setData(source: "cells" | "routes", data: FeatureCollection): void {
    this.#data.set(source, data);
    this.#whenReady(() => void this.#map.getSource<GeoJSONSource>(source)?.setData(data));
  }

  #putCell({ code, state, lost }: CellFace): void {
    this.#map.setFeatureState({ source: "ground", sourceLayer: "cells", id: code }, { state, lost });
  }

  #putWay(code: string, closed: Closed | ""): void {
    this.#map.setFeatureState({ source: "ground", sourceLayer: "ways", id: code }, { closed });
  }

  /** Another version of the ground is another source, which knows no state yet. */
  #putAgain(): void {
    for (const face of this.#cells.values()) this.#putCell(face);
    for (const [code, how] of this.#closed) this.#putWay(code, how);
  }

  #whenReady(act: () => void): void {
    if (this.#ready) act();
    else this.#waiting.push(act);
  }
}
