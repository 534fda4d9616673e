// A committee's own cells: which of them a free unit reaches in time now, by whom, and what is going on in each.
import type { Cell, CellCoverage } from "../api/wire";
import { timeOfDay, duration } from "../trade/writing";
import { nameOf, words } from "../words/language";
import type { CommitteeSeat } from "./seat";

const SHAPE: Readonly<Record<CellCoverage["state"], string>> = { inside: "●", outside: "▲", nobody: "✕", search: "–" };

export function OwnCells({ seat }: { seat: CommitteeSeat }) {
  const say = words.value.committee;
  const now = seat.coverage.value.value;
  const of = new Map(now?.cells.map((each) => [each.code, each]));
  return (
    <aside class="own-cells" aria-label={say.cells}>
      <div class="list-head">
        <h2>{say.cells}</h2>
        <p class="quiet-text">{now === null ? (seat.coverage.failure.value ?? say.coverageReading) : say.coverageAt(timeOfDay(now.at))}</p>
      </div>
      <ul class="scrolls">
        {seat.cells.value.map((cell) => (
          <CellRow key={cell.code} cell={cell} coverage={of.get(cell.code) ?? null} open={openIn(seat, cell)} />
        ))}
      </ul>
    </aside>
  );
}

function CellRow({ cell, coverage, open }: { cell: Cell; coverage: CellCoverage | null; open: number }) {
  const say = words.value.committee;
  return (
    <li class="own-cell">
      <span class="line">
        <strong class="grows">{nameOf(cell)}</strong>
        {open > 0 && <span class="open-count">{say.openHere(open)}</span>}
      </span>
      {coverage !== null && (
        <span class={`line coverage ${coverage.state}`}>
          <span class="grows">
            <span aria-hidden="true">{SHAPE[coverage.state]} </span>
            {say.coverage[coverage.state]}
          </span>
          {coverage.unit !== null && coverage.eta_s !== null && (
            <span class="quiet-text">
              {coverage.unit} {duration(coverage.eta_s)} / {duration(coverage.target_s)}
            </span>
          )}
        </span>
      )}
      {cell.owner !== null && <span class="quiet-text">{nameOf(cell.owner)}</span>}
    </li>
  );
}

function openIn(seat: CommitteeSeat, { code }: Cell): number {
  return [...seat.store.incidents.value.values()].filter(({ status, cell }) => status === "open" && cell?.code === code).length;
}
