"""What an operator may send by hand: anybody who is on duty, with a reason where another was advised."""

from datetime import UTC, datetime
from uuid import UUID

import pytest

from dispatch import refusal
from dispatch.decision import Decision, Inputs, Seen, by_hand, replay
from dispatch.run_card import Need
from dispatch.selection import Weighed
from dispatch.unit import State
from geo.coordinates import LonLat
from geo.travel_time import NetworkVersion

NOON = datetime(2026, 5, 1, 4, 0, tzinfo=UTC)
NEAR, FAR, EMPTY = UUID(int=1), UUID(int=2), UUID(int=3)


def weighed(unit: UUID, code: str, eta_s: float | None, people: int) -> Seen:
    state = State.FREE if people else State.OFF_DUTY
    crew = (frozenset({"FA"}),) * people
    return Seen(
        weighed=Weighed(id=unit, code=code, state=state, people=crew, eta_s=eta_s), team=code[:2], position=None
    )


@pytest.fixture
def decision() -> Decision:
    inputs = Inputs(
        at=NOON,
        destination=LonLat(110.4, 29.3),
        needs=(Need(people=2),),
        second_tier=(),
        units=(weighed(NEAR, "G1-1", 60, 2), weighed(FAR, "G1-2", 600, 2), weighed(EMPTY, "G1-3", None, 0)),
        network_version=NetworkVersion(network="", closures=0, conditions="normal", at=NOON),
    )
    return Decision(inputs=inputs, choice=replay(inputs))


def test_the_advised_unit_goes_without_a_reason(decision: Decision) -> None:
    assert decision.choice.chosen == (NEAR,)
    by_hand(decision, NEAR, advised=decision.choice.chosen, reason=None)


@pytest.mark.parametrize("reason", [None, ""])
def test_another_needs_a_reason_and_the_advised_one_is_named(decision: Decision, reason: str | None) -> None:
    with pytest.raises(refusal.ReasonRequired, match="G1-2 is not what was recommended") as refused:
        by_hand(decision, FAR, advised=decision.choice.chosen, reason=reason)
    assert refused.value.detail == {"recommended": ["G1-1"]}
    by_hand(decision, FAR, advised=decision.choice.chosen, reason="就在旁边")


def test_a_unit_with_nobody_on_does_not_go_whatever_the_reason(decision: Decision) -> None:
    with pytest.raises(refusal.NobodyOn, match="G1-3"):
        by_hand(decision, EMPTY, advised=decision.choice.chosen, reason="就在旁边")
