"""What is wrong with the people and rules in an area's files: rosters with holes, units of one, missing cards."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from dispatch import roster
from dispatch.area_format import INCIDENT_TYPES, MEMBERS, ROSTER, RUN_CARDS, UNITS
from dispatch.roster import Pattern, pattern_of_row
from grids.area_format import CELLS, TEAMS
from grids.rows import Folder
from grids.sheet import Row

SMALLEST_UNIT, LARGEST_UNIT = 2, 6
DRIVER = "DRV"


def inspect(folder: Folder) -> None:
    """Add to the folder's faults whatever the rows of people and rules, each right by itself, get wrong together."""
    _team_sizes(folder)
    if _patterns_hold(folder):
        _shifts(folder)
        _hours(folder)
    with_card = {row["incident_type"] for row in folder[RUN_CARDS]}
    for row in folder[INCIDENT_TYPES]:
        if row["code"] not in with_card:
            folder.add(row, "no_card", "code", warning=True)


def _team_sizes(folder: Folder) -> None:
    if MEMBERS.name not in folder.rows:
        return
    counted = Counter(row["team"] for row in folder[MEMBERS])
    for row in folder[TEAMS]:
        if counted[row["code"]] != row["members"]:
            folder.add(row, "team_size", "members", said=row["members"], counted=counted[row["code"]])


def _patterns_hold(folder: Folder) -> bool:
    units = {row["code"]: row for row in folder[UNITS]}
    members = {row["code"]: row for row in folder[MEMBERS]}
    before = len(folder.faults)
    for row in folder[ROSTER]:
        unit, member = units.get(row["unit"]), members.get(row["member"])
        if row["cycle_day"] >= row["cycle_days"]:
            folder.add(row, "cycle_day", "cycle_day", day=row["cycle_day"], days=row["cycle_days"])
        if unit is not None and member is not None and unit["team"] != member["team"]:
            folder.add(row, "other_team", "member", given=member["team"], said=unit["team"])
    return len(folder.faults) == before and bool(folder[ROSTER])


def _shifts(folder: Folder) -> None:
    """Nobody in two units at once; units of two to six, with a driver where there is a vehicle."""
    by_member: dict[str, list[Row]] = defaultdict(list)
    by_unit: dict[str, list[Row]] = defaultdict(list)
    for row in folder[ROSTER]:
        by_member[row["member"]].append(row)
        by_unit[row["unit"]].append(row)
    for member, rows in by_member.items():
        for later, earlier in _clashes(rows):
            folder.add(later, "two_shifts", "member", member=member, first=earlier.number)
    able = {row["code"]: set(row["capabilities"]) for row in folder[MEMBERS]}
    for row in folder[UNITS]:
        _shifts_of(folder, row, by_unit[row["code"]], able)


def _shifts_of(folder: Folder, unit: Row, rows: Sequence[Row], able: Mapping[str, set[str]]) -> None:
    if not rows:
        folder.add(unit, "no_roster", "code", warning=True)
        return
    shifts: dict[tuple[Any, ...], list[Row]] = defaultdict(list)
    for row in rows:
        shifts[row["cycle_days"], row["cycle_day"], row["starts"]].append(row)
    sizes = [len(shift) for shift in shifts.values()]
    for people in (min(sizes), max(sizes)):
        if not SMALLEST_UNIT <= people <= LARGEST_UNIT:
            folder.add(unit, "unit_size", "code", warning=True, people=people)
            break
    driven = all(any(DRIVER in able.get(row["member"], set()) for row in shift) for shift in shifts.values())
    if unit["vehicle"] and not driven:
        folder.add(unit, "no_driver", "vehicle", warning=True)


def _clashes(rows: Sequence[Row]) -> Iterator[tuple[Row, Row]]:
    """Pairs of a member's rows that overlap on some day."""
    for number, row in enumerate(rows):
        for earlier in rows[:number]:
            if roster.overlap(_pattern(row), _pattern(earlier)):
                yield row, earlier


def _hours(folder: Folder) -> None:
    """Every cell has somebody of its owner, and of one of its backups, at every hour of the roster."""
    team_of = {row["code"]: row["team"] for row in folder[UNITS]}
    patterns: dict[str, list[Pattern[str]]] = defaultdict(list)
    for row in folder[ROSTER]:
        if row["unit"] in team_of:
            patterns[team_of[row["unit"]]].append(_pattern(row))
    found: dict[tuple[str, ...], list[roster.Gap]] = {}

    def gaps(teams: Iterable[str]) -> list[roster.Gap]:
        key = tuple(sorted(teams))
        if key not in found:
            found[key] = roster.gaps([each for team in key for each in patterns[team]])
        return found[key]

    for row in folder[CELLS]:
        for gap in gaps([row["owner"]])[:1]:
            folder.add(row, "no_owner_hour", "owner", team=row["owner"], day=gap.day, clock=gap.clock)
        for gap in gaps(row["backups"])[:1]:
            team = ", ".join(row["backups"])
            folder.add(row, "no_backup_hour", "backups", team=team, day=gap.day, clock=gap.clock)


def _pattern(row: Row) -> Pattern[str]:
    return pattern_of_row(row, row["unit"], row["member"])
