"""A decision replayed from its inputs: what comes out the same, and what is named when it does not."""

from dataclasses import replace
from typing import Any
from uuid import UUID

import msgspec
import pytest
from hypothesis import given, settings
from msgspec import structs
from test_decision import AT_THE_RIM, GATE, HUT, NOON, TOWN, VALLEY, ZONE, decided, some_units

from dispatch.closure import Book, Standing
from dispatch.decision import Decision, Inputs, decide, replay, retimed
from dispatch.replay import differences
from dispatch.run_card import Need
from dispatch.unit import Unit
from geo.closure import Closure, ClosureMode
from geo.speed import NORMAL


def again(inputs: Inputs) -> Decision:
    """Read from store, and decided once more by the code of today."""
    read = msgspec.convert(msgspec.json.decode(msgspec.json.encode(inputs)), Inputs)
    timed = retimed(read, VALLEY, zone=ZONE, profile=NORMAL)
    return Decision(inputs=timed, choice=replay(timed))


def altered(decision: Decision, unit: Unit, **facts: Any) -> Inputs:
    """The inputs with something about a unit said otherwise."""
    units = [structs.replace(each, **facts) if each.weighed.id == unit.id else each for each in decision.inputs.units]
    return structs.replace(decision.inputs, units=tuple(units))


def named(stored: Decision, inputs: Inputs) -> set[tuple[str | None, str]]:
    return {(each.unit, each.what) for each in differences(stored, again(inputs))}


@settings(max_examples=40, deadline=None)
@given(some_units())
def test_what_was_not_touched_comes_out_the_same(units: list[Unit]) -> None:
    decision = decided(*units)
    assert again(decision.inputs) == decision
    assert differences(decision, again(decision.inputs)) == []


def test_a_closure_of_then_is_gone_by_again() -> None:
    stairs = Standing(
        id=UUID(int=7),
        effect=Closure(edges=frozenset({"gate-rim"}), mode=ClosureMode.SHUT),
        name_zh="",
        name_en="",
        valid_from=NOON,
    )
    closures = Book(counter=1, closures=(stairs,))
    shut = decide(AT_THE_RIM, [HUT, GATE], network=VALLEY, at=NOON, zone=ZONE, closures=closures)
    assert shut.seen(GATE.id).cut_by == (stairs.id,)
    assert differences(shut, again(shut.inputs)) == []
    opened = structs.replace(shut.inputs, closures=())
    assert {what for unit, what in named(shut, opened) if unit == "U2"} >= {"eta_s", "legs", "cut_by", "unreachable"}


@pytest.mark.parametrize("what", ["position", "turnout_s", "vehicle", "people", "needs"])
def test_an_input_that_was_altered_is_told(what: str) -> None:
    decision = decided(TOWN, GATE, HUT)
    seen = decision.seen(TOWN.id)
    assert seen.position is not None
    at_the_rim = replace(seen.position, lon=VALLEY.node("rim").lon)
    inputs = {
        "position": altered(decision, TOWN, position=at_the_rim),
        "turnout_s": altered(decision, TOWN, turnout_s=seen.turnout_s + 1),
        "vehicle": altered(decision, TOWN, vehicle=None),
        "people": altered(decision, HUT, weighed=structs.replace(decision.seen(HUT.id).weighed, people=())),
        "needs": structs.replace(decision.inputs, needs=(Need(people=5, capabilities=frozenset({"FA"})),)),
    }[what]
    found = named(decision, inputs)
    assert found, "it comes out otherwise"
    if what in ("position", "turnout_s", "vehicle"):
        assert ("U3", "eta_s") in found
        assert not {each for each in found if each[0] not in ("U3", None) and each[1] != "reason"}
    if what == "needs":
        assert {(None, "chosen"), (None, "order")} <= found


def test_a_difference_says_what_was_and_what_is() -> None:
    decision = decided(TOWN, GATE)
    slower = altered(decision, GATE, turnout_s=3600)
    told = {(each.unit, each.what): each for each in differences(decision, again(slower))}
    eta = told["U2", "eta_s"]
    assert eta.recomputed == pytest.approx(eta.stored + 3600 - GATE.turnout_s)
    assert told[None, "chosen"].stored == ["U2", "U3"]
    assert told[None, "chosen"].recomputed == ["U3"]
