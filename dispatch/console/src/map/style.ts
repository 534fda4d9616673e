// How the map is drawn: a style built in code from the ground's tiles, in the reader's language and the colours of the hour.
import type { FeatureCollection } from "geojson";
import type { ExpressionSpecification, LayerSpecification, MLFontFace, StyleSpecification } from "@maplibre/maplibre-gl-style-spec";
import type { GroundMap } from "../api/wire";
import type { Language } from "../words/language";
import { FONT } from "./fonts";
import type { Group, Shown } from "./groups";
import type { Palette } from "./palette";

const LAYER_GROUP: Readonly<Record<string, Group>> = {
  "cell-fill": "coverage",
  "cell-outside": "coverage",
  "cell-nobody": "coverage",
  "cell-search": "coverage",
  "cell-line": "cells",
  "cell-names": "cells",
  "post-signs": "posts",
  "post-names": "posts",
  "call-point-signs": "callPoints",
  "call-point-names": "callPoints",
  "place-dots": "places",
  "place-names": "places",
};

export function groupOf(layer: string): Group | null {
  if (layer.startsWith("way-")) return "ways";
  if (layer.startsWith("route-")) return "routes";
  return LAYER_GROUP[layer] ?? null;
}

const EMPTY: FeatureCollection = { type: "FeatureCollection", features: [] };

export interface StyleChoices {
  readonly palette: Palette;
  readonly language: Language;
  readonly shown: Shown;
  readonly fontPieces: MLFontFace[];
  /** Where the tiles are asked for, with scheme and host: the worker has no page to be relative to. */
  readonly origin: string;
}

export function styleOf(ground: GroundMap, choices: StyleChoices): StyleSpecification {
  const { fontPieces, origin, shown } = choices;
  return {
    version: 8,
    "font-faces": { [FONT]: fontPieces },
    transition: { duration: 0, delay: 0 },
    sources: {
      ground: {
        type: "vector",
        tiles: [origin + ground.tiles],
        minzoom: ground.smallest_zoom,
        maxzoom: ground.largest_zoom,
        bounds: ground.bounds as [number, number, number, number],
        promoteId: Object.fromEntries(ground.layers.map(({ id }) => [id, "code"])),
      },
      cells: { type: "geojson", data: EMPTY },
      routes: { type: "geojson", data: EMPTY },
    },
    layers: layers(choices).map((layer) => {
      const group = groupOf(layer.id);
      if (group === null || shown[group]) return layer;
      return { ...layer, layout: { ...layer.layout, visibility: "none" } } as LayerSpecification;
    }),
  };
}

/** A word that the map holds in both languages; English where there is one, else Chinese. */
function name(language: Language): ExpressionSpecification {
  const [first, second] = language === "zh" ? ["name_zh", "name_en"] : ["name_en", "name_zh"];
  return ["case", ["!=", ["coalesce", ["get", first], ""], ""], ["get", first], ["coalesce", ["get", second], ""]];
}

const CELL_STATE: ExpressionSpecification = ["coalesce", ["feature-state", "state"], ""];

const WIDER: ExpressionSpecification = ["interpolate", ["exponential", 1.5], ["zoom"], 10, 1.1, 13, 2.2, 16, 6];

function when(state: string, opacity: number): ExpressionSpecification {
  return ["case", ["==", CELL_STATE, state], opacity, 0];
}

function closed(how: string): ExpressionSpecification {
  return ["case", ["==", ["coalesce", ["feature-state", "closed"], ""], how], 1, 0];
}

function layers({ palette, language }: StyleChoices): LayerSpecification[] {
  const { cell, ink, halo } = palette;
  const ground = (layer: string) => ({ source: "ground", "source-layer": layer }) as const;
  const writing = { "text-color": ink, "text-halo-color": halo, "text-halo-width": 1.4 } as const;
  const image = (of: string) => `${of}/${palette.name}`;
  const ofClass = (...classes: string[]): ExpressionSpecification => ["in", ["get", "class"], ["literal", classes]];
  const route = (modes: string[]): ExpressionSpecification => ["in", ["get", "mode"], ["literal", modes]];
  return [
    { id: "paper", type: "background", paint: { "background-color": palette.paper } },
    {
      id: "cell-fill",
      type: "fill",
      ...ground("cells"),
      paint: {
        "fill-antialias": false,
        "fill-color": ["match", CELL_STATE, "inside", cell.inside, "outside", cell.outside, "nobody", cell.nobody, "search", cell.search, palette.paper],
        "fill-opacity": ["match", CELL_STATE, "inside", 0.3, "outside", 0.26, "nobody", 0.26, "search", 0.08, 0],
      },
    },
    ...(["outside", "nobody", "search"] as const).map(
      (state): LayerSpecification => ({
        id: `cell-${state}`,
        type: "fill",
        ...ground("cells"),
        paint: { "fill-pattern": image(`hatch-${state}`), "fill-opacity": when(state, state === "search" ? 0.6 : 0.75) },
      }),
    ),
    { id: "cell-line", type: "line", ...ground("cells"), paint: { "line-color": palette.cellLine, "line-width": 0.8, "line-opacity": 0.7 } },
    { id: "boundary", type: "line", ...ground("boundary"), paint: { "line-color": palette.boundary, "line-width": 2, "line-dasharray": [6, 2, 1, 2] } },
    {
      id: "way-road-edge",
      type: "line",
      ...ground("ways"),
      filter: ofClass("road"),
      layout: { "line-cap": "round", "line-join": "round" },
      paint: { "line-color": palette.roadEdge, "line-width": ["interpolate", ["exponential", 1.5], ["zoom"], 10, 2.2, 13, 5, 16, 12] },
    },
    {
      id: "way-road",
      type: "line",
      ...ground("ways"),
      filter: ofClass("road"),
      layout: { "line-cap": "round", "line-join": "round" },
      paint: { "line-color": palette.road, "line-width": ["interpolate", ["exponential", 1.5], ["zoom"], 10, 1, 13, 3, 16, 9] },
    },
    {
      id: "way-foot",
      type: "line",
      ...ground("ways"),
      filter: ["!", ofClass("road", "stairs", "cableway", "lift", "rail")],
      paint: { "line-color": palette.trail, "line-width": WIDER, "line-dasharray": [3, 1.2] },
    },
    {
      id: "way-stairs",
      type: "line",
      ...ground("ways"),
      filter: ofClass("stairs"),
      paint: { "line-color": palette.trail, "line-width": ["interpolate", ["exponential", 1.5], ["zoom"], 10, 1.4, 13, 4, 16, 9], "line-dasharray": [0.35, 0.35] },
    },
    { id: "way-lift", type: "line", ...ground("ways"), filter: ofClass("cableway", "lift", "rail"), paint: { "line-color": palette.lift, "line-width": 1.4 } },
    {
      id: "way-lift-cars",
      type: "line",
      ...ground("ways"),
      filter: ofClass("cableway", "lift", "rail"),
      paint: { "line-color": palette.lift, "line-width": 5, "line-dasharray": [0.8, 2.4] },
    },
    ...(["limited", "closed"] as const).map(
      (how): LayerSpecification => ({
        id: `way-${how}`,
        type: "line",
        ...ground("ways"),
        paint: { "line-color": how === "closed" ? palette.closed : palette.limited, "line-width": 4, "line-opacity": closed(how === "closed" ? "shut" : how) },
      }),
    ),
    {
      id: "route-edge",
      type: "line",
      source: "routes",
      layout: { "line-cap": "round", "line-join": "round" },
      paint: { "line-color": halo, "line-width": 8, "line-opacity": 0.85 },
    },
    { id: "route-drive", type: "line", source: "routes", filter: route(["drive"]), layout: { "line-cap": "round", "line-join": "round" }, paint: routePaint(palette, 5) },
    { id: "route-walk", type: "line", source: "routes", filter: route(["walk"]), layout: { "line-cap": "round" }, paint: { ...routePaint(palette, 5), "line-dasharray": [0.1, 1.5] } },
    { id: "route-off", type: "line", source: "routes", filter: route(["off_network"]), paint: { ...routePaint(palette, 2.5), "line-dasharray": [1, 1.5] } },
    { id: "route-lift", type: "line", source: "routes", filter: route(["lift"]), paint: { ...routePaint(palette, 2.5) } },
    { id: "route-lift-cars", type: "line", source: "routes", filter: route(["lift"]), paint: { ...routePaint(palette, 7), "line-dasharray": [0.6, 1.4] } },
    { id: "lost-line", type: "line", ...ground("cells"), paint: { "line-color": palette.lost, "line-width": 4, "line-opacity": ["case", ["boolean", ["feature-state", "lost"], false], 1, 0] } },
    ...(["limited", "closed"] as const).map(
      (how): LayerSpecification => ({
        id: `way-${how}-signs`,
        type: "symbol",
        ...ground("ways"),
        minzoom: 10,
        layout: { "symbol-placement": "line-center", "icon-image": image(how), "icon-allow-overlap": true, "icon-ignore-placement": true, "icon-rotation-alignment": "viewport" },
        paint: { "icon-opacity": closed(how === "closed" ? "shut" : how) },
      }),
    ),
    {
      id: "place-dots",
      type: "circle",
      ...ground("places"),
      minzoom: 11,
      paint: { "circle-radius": 2.2, "circle-color": ink, "circle-stroke-color": halo, "circle-stroke-width": 1 },
    },
    {
      id: "call-point-signs",
      type: "symbol",
      ...ground("call_points"),
      minzoom: 12,
      layout: { "icon-image": image("call-point"), "icon-allow-overlap": true, "icon-ignore-placement": true },
    },
    {
      id: "post-signs",
      type: "symbol",
      ...ground("posts"),
      minzoom: 11.5,
      layout: { "icon-image": ["concat", "post-", ["get", "kind"], "/", palette.name], "icon-allow-overlap": true, "icon-ignore-placement": true },
    },
    {
      id: "way-names",
      type: "symbol",
      ...ground("ways"),
      minzoom: 14.5,
      layout: { "symbol-placement": "line", "text-field": name(language), "text-font": [FONT], "text-size": 11 },
      paint: writing,
    },
    {
      id: "call-point-names",
      type: "symbol",
      ...ground("call_points"),
      minzoom: 15,
      layout: { "text-field": ["get", "code"], "text-font": [FONT], "text-size": 10, "text-anchor": "top", "text-offset": [0, 0.7] },
      paint: { ...writing, "text-color": palette.callPoint },
    },
    {
      id: "post-names",
      type: "symbol",
      ...ground("posts"),
      minzoom: 14,
      layout: { "text-field": name(language), "text-font": [FONT], "text-size": 11, "text-anchor": "top", "text-offset": [0, 0.8], "text-optional": true },
      paint: { ...writing, "text-color": palette.post },
    },
    {
      id: "place-names",
      type: "symbol",
      ...ground("places"),
      minzoom: 11,
      layout: { "text-field": name(language), "text-font": [FONT], "text-size": ["interpolate", ["linear"], ["zoom"], 11, 11, 15, 14], "text-variable-anchor": ["top", "bottom", "left", "right"], "text-radial-offset": 0.5, "text-max-width": 9 },
      paint: writing,
    },
    {
      id: "cell-names",
      type: "symbol",
      source: "cells",
      minzoom: 10,
      layout: {
        "text-field": ["step", ["zoom"], ["get", "short"], 13, ["get", "long"]],
        "text-font": [FONT],
        "text-size": 12,
        "text-max-width": 12,
        "symbol-sort-key": ["get", "order"],
        "text-padding": 4,
      },
      paint: { ...writing, "text-color": ["case", ["get", "lost"], palette.lost, ink] },
    },
  ];
}

function routePaint({ route }: Palette, width: number): { "line-color": string; "line-width": number; "line-opacity": ExpressionSpecification } {
  return { "line-color": route, "line-width": width, "line-opacity": ["case", ["get", "sent"], 1, 0.75] };
}
