// The colours of the map by day and by night. Hues are apart for the colour-blind too, and none is the only sign of anything.
import type { CellState } from "../trade/coverage";

export interface Palette {
  readonly name: "light" | "dark";
  readonly paper: string;
  readonly ink: string;
  readonly halo: string;
  readonly boundary: string;
  readonly cellLine: string;
  readonly cell: Readonly<Record<CellState, string>>;
  readonly lost: string;
  readonly road: string;
  readonly roadEdge: string;
  readonly trail: string;
  readonly lift: string;
  readonly closed: string;
  readonly limited: string;
  readonly post: string;
  readonly callPoint: string;
  readonly route: string;
}

export const LIGHT: Palette = {
  name: "light",
  paper: "#f4f2ec",
  ink: "#22302c",
  halo: "#fffdf8",
  boundary: "#5c6a65",
  cellLine: "#6f7f79",
  cell: { inside: "#2f9e8f", outside: "#e07b00", nobody: "#b3267a", search: "#8d938f" },
  lost: "#9b1c5a",
  road: "#ffffff",
  roadEdge: "#7c7468",
  trail: "#7a4b21",
  lift: "#1d3f8f",
  closed: "#c01712",
  limited: "#b36b00",
  post: "#37474f",
  callPoint: "#1d5fb4",
  route: "#0b57d0",
};

export const DARK: Palette = {
  name: "dark",
  paper: "#161d1f",
  ink: "#e6ecea",
  halo: "#12181a",
  boundary: "#8b9995",
  cellLine: "#71807c",
  cell: { inside: "#35b8a5", outside: "#f09a2a", nobody: "#e56bb0", search: "#8a9692" },
  lost: "#ff9fd0",
  road: "#4a555a",
  roadEdge: "#9aa5a1",
  trail: "#d0a273",
  lift: "#9db8ff",
  closed: "#ff6f66",
  limited: "#f4b654",
  post: "#c3ced2",
  callPoint: "#86b8ff",
  route: "#8ab4f8",
};
