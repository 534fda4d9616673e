// Units as a desk reads them: by team, the sendable before the busy, and how well it is known where they are.
import type { Unit, UnitState } from "../api/wire";

export interface TeamUnits {
  readonly code: string;
  readonly name_zh: string;
  readonly name_en: string;
  readonly units: readonly Unit[];
  readonly free: number;
  readonly on: number;
}

export type UnitFilter = "on" | "free" | "busy" | "all";

/** The units by team, both in order of their codes, so that nothing moves under the cursor. */
export function byTeam(units: Iterable<Unit>): readonly TeamUnits[] {
  const teams = new Map<string, Unit[]>();
  for (const unit of units) teams.set(unit.team.code, [...(teams.get(unit.team.code) ?? []), unit]);
  return [...teams.values()].map(teamUnits).sort((a, b) => inOrder(a.code, b.code));
}

export function passes(unit: Unit, filter: UnitFilter): boolean {
  switch (filter) {
    case "all":
      return true;
    case "on":
      return unit.on_duty || unit.state === "busy";
    default:
      return unit.state === filter;
  }
}

export function count(units: Iterable<Unit>, state: UnitState): number {
  let n = 0;
  for (const unit of units) if (unit.state === state) n += 1;
  return n;
}

/** `G4-2` before `G4-10`. */
export function inOrder(a: string, b: string): number {
  return a.localeCompare(b, "en", { numeric: true });
}

function teamUnits(units: Unit[]): TeamUnits {
  const { code, name_zh, name_en } = units[0]!.team;
  units.sort((a, b) => inOrder(a.code, b.code));
  return { code, name_zh, name_en, units, free: count(units, "free"), on: units.filter((unit) => unit.on_duty).length };
}

/** A position from a device or the radio counts as old after this; at its post or on a scene a unit is believed to stay. */
export const STALE_POSITION_MS = 120_000;

export function isStale({ position }: Pick<Unit, "position">, now_ms: number): boolean {
  if (position === null || position.source === "post" || position.source === "incident") return false;
  return now_ms - Date.parse(position.at) > STALE_POSITION_MS;
}

/** The units that a map shows, in order of their codes: on duty or out, and somewhere. */
export function onTheMap(units: Iterable<Unit>): readonly Unit[] {
  return [...units].filter((unit) => unit.position !== null && passes(unit, "on")).sort((a, b) => inOrder(a.code, b.code));
}
