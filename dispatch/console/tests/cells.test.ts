// What a committee's page makes of the streams of its cells, and an exercise as a span of time.
import { describe, expect, it } from "vitest";
import type { Ev, Snap } from "../src/feed/frames";
import { CellsStore } from "../src/store/cells";
import { phaseOf } from "../src/trade/exercise";

const [A, B] = ["cell/1/A", "cell/1/B"];

async function store(): Promise<CellsStore> {
  const made = new CellsStore();
  for (const s of [A, B]) {
    await made.take({ t: "sub", s, e: "e", head: 0, mode: "snapshot" });
    await made.take({ t: "snap", s, e: "e", q: 0, part: 0, last: true, rows: [] } as Snap);
  }
  return made;
}

function ev(s: string, q: number, v: number, here = true): Ev {
  return { t: "ev", s, q, at: 0, k: "incident", id: "i", v, b: here ? { id: "i", version: v, cell: s } : null };
}

describe("the streams of several cells", () => {
  it("show an incident once while it moves from one to another, whichever tells of it first", async () => {
    for (const [first, second] of [
      [ev(A, 2, 2, false), ev(B, 1, 2)],
      [ev(B, 1, 2), ev(A, 2, 2, false)],
    ] as const) {
      const cells = await store();
      await cells.take(ev(A, 1, 1));
      await cells.take(first);
      await cells.take(second);
      expect([...cells.incidents.value.values()]).toEqual([{ id: "i", version: 2, cell: B }]);
    }
  });

  it("show it no longer once it has left the last of them", async () => {
    const cells = await store();
    await cells.take(ev(A, 1, 1));
    await cells.take(ev(A, 2, 2, false));
    cells.answered(A, "incident", { id: "i", version: 1 });
    expect(cells.incidents.value.size).toBe(0);
  });
});

describe("an exercise", () => {
  const at = Date.parse("2026-11-23T02:00:00Z");
  it("is to begin, runs, and is over", () => {
    expect(phaseOf({ starts_at: "2026-11-23T03:00:00Z", ends_at: null }, at)).toBe("to_begin");
    expect(phaseOf({ starts_at: "2026-11-23T01:00:00Z", ends_at: null }, at)).toBe("running");
    expect(phaseOf({ starts_at: "2026-11-23T01:00:00Z", ends_at: "2026-11-23T03:00:00Z" }, at)).toBe("running");
    expect(phaseOf({ starts_at: "2026-11-23T01:00:00Z", ends_at: "2026-11-23T02:00:00Z" }, at)).toBe("over");
  });
});
