// What assignments have put out of reach, and the standby move that mends most of it: one press sends it.
import type { Hole, Holes } from "../api/wire";
import { Failure } from "../parts/said";
import { useSending } from "../parts/sending";
import { duration, listed } from "../trade/writing";
import { nameOf, words } from "../words/language";
import type { Desk } from "./desk";

export function HolesOpened({ desk }: { desk: Desk }) {
  const found = desk.picture.holes.value.value;
  if (found === null || found.holes.length === 0) return null;
  const say = words.value.moveUp;
  return (
    <section class="holes-opened" aria-label={say.holes(found.holes.length)}>
      <p>
        <span aria-hidden="true">▲ </span>
        <strong>{say.holes(found.holes.length)}</strong> {listed(found.holes.map(holeWords))}
      </p>
      {found.move === null ? found.holes.every(({ mended_by }) => mended_by !== null) || <p class="quiet-text">{say.nothingMends}</p> : <Proposed desk={desk} found={found} move={found.move} />}
    </section>
  );
}

function holeWords(hole: Hole): string {
  return hole.mended_by === null ? nameOf(hole) : `${nameOf(hole)} ${words.value.moveUp.mendedBy(hole.mended_by)}`;
}

function Proposed({ desk, found, move }: { desk: Desk; found: Holes; move: NonNullable<Holes["move"]> }) {
  const say = words.value.moveUp;
  const sending = useSending();
  const names = new Map(found.holes.map((hole) => [hole.code, nameOf(hole)]));
  const cells = desk.picture.ground.cells.value;
  const named = (code: string) => {
    const cell = cells.get(code);
    return names.get(code) ?? (cell === undefined ? code : nameOf(cell));
  };
  return (
    <>
      <div class="line">
        <span class="grows">
          {say.propose(move.unit, nameOf(move.to), duration(move.travel_s), listed(move.mends.map(named)))}
          {move.opens.length > 0 && <span class="loses">{say.opens(listed(move.opens.map(named)))}</span>}
        </span>
        {desk.acts && desk.store.mode.value?.mode !== "shadow" && (
          <button type="button" disabled={sending.working} onClick={() => void sending.send(() => desk.moveUp(move.unit, move.to.code))}>
            {say.send} {move.unit}
          </button>
        )}
      </div>
      <Failure text={sending.failure} />
    </>
  );
}
