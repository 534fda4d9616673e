// Coverage in numbers under the map, which is its legend too; while a candidate is looked at, what sending it would leave.
import type { CoverageNow } from "../api/wire";
import { now_ms } from "../store/now";
import { STALE_MS } from "../store/coverage";
import { CELL_SHAPE, CELL_STATES, countCells, percent } from "../trade/coverage";
import { age, listed } from "../trade/writing";
import { nameOf, words } from "../words/language";
import type { Desk } from "./desk";
import { HolesOpened } from "./holes";

export function CoverageBar({ desk }: { desk: Desk }) {
  const { coverage, left } = desk.picture;
  const now = coverage.value.value;
  const say = words.value.map;
  return (
    <div class="coverage-bar" role="group" aria-label={say.coverage}>
      <p class="line">
        <strong>{say.coverage}</strong>
        {now === null ? <span class="quiet-text">{coverage.failure.value ?? say.notYet}</span> : <Shares now={now} left={left.value} />}
        <Age desk={desk} />
      </p>
      {now !== null && <Legend cells={(left.value ?? now).cells} />}
      <HolesOpened desk={desk} />
      <p class="leaves" aria-live="polite">
        <Leaves desk={desk} />
      </p>
    </div>
  );
}

function Shares({ now, left }: { now: CoverageNow; left: CoverageNow | null }) {
  const say = words.value.map;
  return (
    <>
      <span>{say.trails(share(now.share_of_trail_m, left?.share_of_trail_m))}</span>
      <span>{say.cells(share(now.share_of_cells, left?.share_of_cells))}</span>
    </>
  );
}

/** `71%`, or `71% → 66%` when that changes without the unit looked at. */
function share(now: number | null, left: number | null | undefined): string {
  const [before, after] = [percent(now), percent(left ?? null)].map((each) => (each === null ? "–" : `${each}%`));
  return left === undefined || after === before ? before! : `${before} → ${after}`;
}

/** How old the numbers are, once that matters. */
function Age({ desk }: { desk: Desk }) {
  const { readAt, failure } = desk.picture.coverage;
  void now_ms.value; // every second anew
  const old_ms = readAt.value === null ? 0 : Date.now() - readAt.value;
  const stale = old_ms > STALE_MS || (failure.value !== null && readAt.value !== null);
  return <span class="coverage-age">{stale && `▲ ${words.value.map.stale(age(old_ms / 1000))}`}</span>;
}

function Legend({ cells }: { cells: CoverageNow["cells"] }) {
  const counts = countCells(cells);
  return (
    <ul class="coverage-legend">
      {CELL_STATES.map((state) => (
        <li key={state}>
          <span class={`swatch ${state}`} aria-hidden="true">
            {CELL_SHAPE[state]}
          </span>{" "}
          {words.value.map.cellState[state]} <strong>{counts[state]}</strong>
        </li>
      ))}
    </ul>
  );
}

function Leaves({ desk }: { desk: Desk }) {
  const say = words.value.map;
  const { looked, left, without, ground } = desk.picture;
  const candidate = looked.value;
  if (candidate === null) return <span class="quiet-text">{desk.acts && desk.inHand.value !== null ? say.lookAt : ""}</span>;
  if (without.failure.value !== null) return <span class="quiet-text">{without.failure.value}</span>;
  if (left.value === null) return <span class="quiet-text">{candidate.eta_s === null ? "" : say.weighing(candidate.code)}</span>;
  const lost = left.value.lost.map((code) => {
    const cell = ground.cells.value.get(code);
    return cell === undefined ? code : nameOf(cell);
  });
  if (lost.length === 0) return <>{say.losesNothing(candidate.code)}</>;
  return (
    <span class="loses" title={listed(lost)}>
      {say.loses(candidate.code, lost.length, listed(lost))}
    </span>
  );
}
