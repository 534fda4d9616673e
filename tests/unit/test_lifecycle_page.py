"""The page of steps and states is what the tables say now."""

from pathlib import Path

from dispatch import assignment, incident
from dispatch.lifecycle import document

PAGE = Path(__file__).parents[2] / "docs" / "lifecycle.md"


def test_the_page_is_drawn_from_the_tables() -> None:
    assert PAGE.read_text(encoding="utf-8") == document() + "\n", "python -m dispatch lifecycle > docs/lifecycle.md"


def test_every_state_and_step_is_on_it() -> None:
    page = document()
    for word in (
        *assignment.State,
        *assignment.Step,
        *incident.Status,
        *incident.Step,
        *incident.Outcome,
        *incident.State,
    ):
        assert f"`{word}`" in page
