// The ground as this console knows it: what the map holds and under which version, and the cells by code.
import { signal } from "@preact/signals";
import { read } from "../api/client";
import type { Cell, GroundMap } from "../api/wire";

const ASK_AGAIN_MS = 60_000;
const TRY_AGAIN_MS = 5_000;

export class GroundStore {
  readonly map = signal<GroundMap | null>(null);
  readonly cells = signal<ReadonlyMap<string, Cell>>(new Map());
  #due: ReturnType<typeof setTimeout> | undefined;

  /** Reads now and goes on reading: a ground that was loaded anew has another version, and other cells. */
  async follow(): Promise<void> {
    clearTimeout(this.#due);
    let wait_ms = ASK_AGAIN_MS;
    try {
      const map = await read<GroundMap>("/api/map");
      if (map.version !== this.map.peek()?.version) {
        const { items } = await read<{ items: Cell[] }>("/api/cells");
        this.cells.value = new Map(items.map((cell) => [cell.code, cell]));
        this.map.value = map;
      }
    } catch {
      wait_ms = TRY_AGAIN_MS;
    }
    clearTimeout(this.#due);
    this.#due = setTimeout(() => void this.follow(), wait_ms);
  }
}
