// Coverage as a desk reads it: which cells are reached in time, which are holes, and what sending a unit would leave.
import type { CellCoverage, CoverageNow } from "../api/wire";

export type CellState = CellCoverage["state"];

/** In the order of a legend: reached in time, too late, by nobody, and cells without a way, which are searched. */
export const CELL_STATES: readonly CellState[] = ["inside", "outside", "nobody", "search"];

/** What says on screen without colour how a cell stands. */
export const CELL_SHAPE: Readonly<Record<CellState, string>> = { inside: "✓", outside: "▲", nobody: "✕", search: "○" };

export function countCells(cells: readonly Pick<CellCoverage, "state">[]): Readonly<Record<CellState, number>> {
  const counts = { inside: 0, outside: 0, nobody: 0, search: 0 };
  for (const { state } of cells) counts[state] += 1;
  return counts;
}

/** A cell as the map draws it; `lost` is what would fall out of its target if the unit looked at were sent. */
export interface CellFace {
  readonly code: string;
  readonly state: CellState;
  readonly unit: string | null;
  readonly eta_s: number | null;
  readonly lost: boolean;
}

/** The cells as they stand; while a unit is looked at, as they would stand without it. */
export function cellFaces(now: CoverageNow | null, without: CoverageNow | null): readonly CellFace[] {
  const shown = without ?? now;
  if (shown === null) return [];
  const lost = new Set(without?.lost ?? []);
  return shown.cells.map(({ code, state, unit, eta_s }) => ({ code, state, unit, eta_s, lost: lost.has(code) }));
}

/** Whole per cent; null where there is nothing to have a share of. */
export function percent(share: number | null): number | null {
  return share === null ? null : Math.round(share * 100);
}
