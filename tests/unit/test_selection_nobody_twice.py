"""A crew already picked as first responder fills its places once."""

from uuid import UUID

from dispatch.run_card import Need
from dispatch.selection import Weighed, recommend
from dispatch.unit import State


def test_one_firefighter_in_each_crew_means_four_crews_for_four_firefighters() -> None:
    crews = [
        Weighed(
            id=UUID(int=number),
            code=f"U{number}",
            state=State.FREE,
            people=(frozenset({"FIRE"}),),
            eta_s=100.0 * number,
        )
        for number in range(1, 7)
    ]
    choice = recommend([Need(people=4, capabilities=frozenset({"FIRE"}))], [], crews)
    assert choice.chosen == tuple(UUID(int=number) for number in range(1, 5))
    assert not choice.shortfalls
