// The units by team: who can be sent, who is out, who is off, and how well it is known where they are.
import { useSignal } from "@preact/signals";
import type { Move, Unit } from "../api/wire";
import { UnitStateMark } from "../parts/marks";
import { now_ms } from "../store/now";
import { moveState } from "../trade/move";
import { positionWords } from "../trade/naming";
import { byTeam, count, passes, type TeamUnits, type UnitFilter } from "../trade/unit";
import { nameOf, words } from "../words/language";
import type { Desk } from "./desk";
import { UnitDetails } from "./unit_details";

const FILTERS: readonly UnitFilter[] = ["on", "free", "busy", "all"];

export function UnitList({ desk }: { desk: Desk }) {
  const say = words.value.unit;
  const filter = useSignal<UnitFilter>("on");
  const opened = desk.picture.unit.value;
  const units = [...desk.store.units.value.values()];
  return (
    <aside class="units" aria-label={say.list}>
      <div class="list-head">
        <p class="quiet-text">{say.summary(count(units, "free"), count(units, "busy"), count(units, "off_duty"))}</p>
        <div class="switch" role="group" aria-label={say.only}>
          {FILTERS.map((each) => (
            <button type="button" key={each} aria-pressed={filter.value === each} onClick={() => (filter.value = each)}>
              {say.filter[each]}
            </button>
          ))}
        </div>
      </div>
      <div class="scrolls">
        {byTeam(units).map((team) => (
          <Team
            key={team.code}
            desk={desk}
            team={team}
            filter={filter.value}
            opened={opened}
            onOpen={(id) => desk.showUnit(id)}
          />
        ))}
      </div>
    </aside>
  );
}

interface TeamProperties {
  desk: Desk;
  team: TeamUnits;
  filter: UnitFilter;
  opened: string | null;
  onOpen: (id: string) => void;
}

function Team({ desk, team, filter, opened, onOpen }: TeamProperties) {
  const shown = team.units.filter((unit) => passes(unit, filter) || unit.id === opened);
  if (shown.length === 0) return null;
  return (
    <section class="team">
      <h2>
        {team.code} {nameOf(team)} <span class="quiet-text">{words.value.unit.free(team.free, team.on)}</span>
      </h2>
      <ul>
        {shown.map((unit) => (
          <li key={unit.id} class={`unit ${unit.state}`} ref={opened === unit.id ? comeIntoSight : null}>
            <UnitRow unit={unit} move={desk.store.moves.value.get(unit.id) ?? null} open={opened === unit.id} onOpen={() => onOpen(unit.id)} />
            {opened === unit.id && <UnitDetails desk={desk} unit={unit} />}
          </li>
        ))}
      </ul>
    </section>
  );
}

function UnitRow({ unit, move, open, onOpen }: { unit: Unit; move: Move | null; open: boolean; onOpen: () => void }) {
  const say = words.value.unit;
  return (
    <button type="button" class="unit-row" aria-expanded={open} onClick={onOpen}>
      <span class="line">
        <strong class="code">{unit.code}</strong>
        <UnitStateMark state={unit.state} />
        <span class="grows" />
        <span class="quiet-text">{unit.on_duty && say.people(unit.people)}</span>
      </span>
      <span class="line quiet-text">
        <span class="grows">{whatItDoes(unit, move)}</span>
        <span>{unit.on_duty && positionWords(unit, now_ms.value)}</span>
      </span>
    </button>
  );
}

/** A unit chosen on the map may be far down the list. */
function comeIntoSight(element: HTMLElement | null): void {
  element?.scrollIntoView({ block: "nearest" });
}

/** The incident it is on, with its step; else where it stands by, or is to. */
function whatItDoes(unit: Unit, move: Move | null): string {
  const say = words.value;
  if (move !== null) return `${say.moveUp.to(nameOf(move.to))} · ${say.moveUp.since[moveState(move)]}`;
  if (unit.incident_number === null || unit.assignment_state === null) return unit.post === null ? "" : nameOf(unit.post);
  return `${say.unit.onIncident(unit.incident_number)} · ${say.assignment.state[unit.assignment_state]}`;
}

