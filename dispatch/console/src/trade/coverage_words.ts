// What a cell's label says beside its name: how it stands, by whom it is reached, and when.
import type { Cell } from "../api/wire";
import { nameOf, words } from "../words/language";
import { CELL_SHAPE, type CellFace } from "./coverage";

export interface CellWords {
  /** From far away: only what is wrong, without its name. */
  readonly short: string;
  readonly long: string;
}

/** The words of each cell as it stands; a cell of which nothing is known has its name only. */
export function cellWords(faces: readonly CellFace[]): (cell: Cell) => CellWords {
  const of = new Map(faces.map((face) => [face.code, face]));
  return (cell) => {
    const face = of.get(cell.code);
    const name = nameOf(cell);
    if (face === undefined) return { short: "", long: name };
    const long = `${name}\n${cellStanding(face)}`;
    if (face.lost) return { short: long, long };
    const late = face.state === "outside" && face.eta_s !== null;
    const short = late ? `${CELL_SHAPE.outside} ${minutes(face.eta_s!)}` : face.state === "nobody" ? CELL_SHAPE.nobody : "";
    return { short, long };
  };
}

/** `✓ G4-2 · 8 分`, `▲ G1-1 · 14 分`, `✕ 无人可达`, `○ 需搜救`. */
export function cellStanding({ state, unit, eta_s }: Pick<CellFace, "state" | "unit" | "eta_s">): string {
  const say = words.value.map;
  const shape = CELL_SHAPE[state];
  if (unit === null || eta_s === null) return `${shape} ${say.cellState[state]}`;
  return `${shape} ${unit} · ${minutes(eta_s)}`;
}

/** Whole minutes, upwards: a cell that is reached a second late is not reached in ten minutes. */
function minutes(eta_s: number): string {
  return words.value.map.minutes(Math.ceil(eta_s / 60));
}
