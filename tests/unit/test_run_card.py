"""What a run card asks for, by when, and who says so."""

import pytest

from dispatch.decision import demand
from dispatch.run_card import WITHOUT_A_CARD, Need, RunCard, Target, target

HEART = RunCard(incident_type="MED-CA", priority=None, target_s=480, needs=(Need(people=4),))
SEARCH = RunCard(incident_type="SAR-LP", priority=None, target_s=None)


@pytest.mark.parametrize(
    ("card", "cell_s", "expected"),
    [
        (HEART, None, Target(target_s=480, source="run_card MED-CA")),
        (HEART, 900, Target(target_s=900, source="cell: 黄石寨")),
        (HEART, 300, Target(target_s=480, source="run_card MED-CA")),
        (HEART, 480, Target(target_s=480, source="run_card MED-CA")),
        (SEARCH, 900, Target(target_s=None, source="run_card SAR-LP: no time target")),
        (None, None, Target(target_s=600, source="area WLY")),
        (None, 900, Target(target_s=900, source="cell: 黄石寨")),
        (None, 600, Target(target_s=600, source="area WLY")),
    ],
)
def test_a_target_names_who_set_it(card: RunCard | None, cell_s: int | None, expected: Target) -> None:
    said = None if cell_s is None else "黄石寨"
    assert target(card, cell_s=cell_s, cell_source=said, area_s=600, area_code="WLY") == expected


def test_without_a_card_two_first_aiders_are_asked_for() -> None:
    assert demand(None, 110.4, 29.3).needs == WITHOUT_A_CARD
    assert demand(HEART, 110.4, 29.3).needs == HEART.needs
