"""Run cards: needs are numbers of people with capabilities, written as people write them."""

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dispatch.run_card import (
    MOST_PEOPLE,
    Need,
    NotNeeds,
    Priority,
    RunCard,
    card_for,
    format_needs,
    parse_needs,
)

codes = st.text(string.ascii_uppercase + string.digits, min_size=1, max_size=5).filter(lambda code: code[0].isalpha())
needs = st.builds(
    lambda people, capabilities: Need(people=people, capabilities=capabilities),
    st.integers(1, MOST_PEOPLE),
    st.frozensets(codes, max_size=3),
)


def need(people: int, *capabilities: str) -> Need:
    return Need(people=people, capabilities=frozenset(capabilities))


@given(st.lists(needs, max_size=4))
def test_needs_read_back_as_they_were_written(given_needs: list[Need]) -> None:
    assert parse_needs(format_needs(given_needs)) == tuple(given_needs)


@pytest.mark.parametrize("text", ["2 FA+AED; 4 STR", " 2  AED + FA ;4 STR;", "2 FA\uff0bAED\uff1b4 STR"])
def test_spaces_order_and_full_width_signs_do_not_matter(text: str) -> None:
    assert parse_needs(text) == (need(2, "FA", "AED"), need(4, "STR"))


def test_a_number_alone_is_anybody_and_nothing_is_nobody() -> None:
    assert parse_needs("6") == (need(6),)
    assert parse_needs(" ") == ()


@pytest.mark.parametrize("text", ["FA", "0 FA", "-2 FA", "2 fa", "2 FA+", "2 FA; many", "2FA", "9999 STR", "2.5 FA"])
def test_what_is_no_number_of_people_is_refused_and_names_the_field(text: str) -> None:
    with pytest.raises(NotNeeds, match=r"^second_tier: '.+' is not a number of people") as refused:
        parse_needs(text, "second_tier")
    assert refused.value.field == "second_tier"


def test_the_card_of_a_priority_goes_before_the_card_for_all() -> None:
    for_all = RunCard(incident_type="BUS-AC", priority=None, target_s=600)
    urgent = RunCard(incident_type="BUS-AC", priority=Priority.P1, target_s=300)
    assert card_for([for_all, urgent], "BUS-AC", Priority.P1) == urgent
    assert card_for([for_all, urgent], "BUS-AC", Priority.P2) == for_all
    assert card_for([urgent], "BUS-AC", Priority.P2) is None
    assert card_for([urgent, for_all], "MED-CA", Priority.P1) is None
