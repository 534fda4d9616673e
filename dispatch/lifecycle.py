"""The tables of steps and states as a page of documentation: `docs/lifecycle.md` is what this draws of them."""

from collections import defaultdict
from collections.abc import Mapping

from dispatch import assignment, incident
from dispatch.words import STATES, STEPS

HEAD = """# Steps and states 步骤与状态

Drawn from the service's own tables: `python -m dispatch lifecycle > docs/lifecycle.md`. What is not here is refused and
changes nothing. 本页由系统自身的表生成，表外的步骤一律拒绝，且不改变任何内容。
"""


def document() -> str:
    """The page, in Markdown with Mermaid diagrams."""
    orders = {
        (state.value, step.value): assignment.TRANSITIONS[state, step].value
        for state in assignment.State
        for step in assignment.Step
        if (state, step) in assignment.TRANSITIONS
    }
    incidents = {
        (status.value, act.value): incident.TRANSITIONS[status, act].value
        for status in incident.Status
        for act in incident.Step
        if (status, act) in incident.TRANSITIONS
    }
    return "\n".join(
        [
            HEAD,
            "## Assignment 派警\n",
            _diagram(orders, assignment.State.ASSIGNED.value),
            _table(orders),
            "## Incident 警情\n",
            _diagram(incidents, incident.Status.OPEN.value),
            _table(incidents),
        ]
    )


def _diagram(moves: Mapping[tuple[str, str], str], first: str) -> str:
    """One arrow for each pair of states, with all steps that lead from the one to the other."""
    arrows: dict[tuple[str, str], list[str]] = defaultdict(list)
    for (state, step), after in moves.items():
        if state != after:
            arrows[state, after].append(step)
    lines = [f"    {state} --> {after}: {', '.join(steps)}" for (state, after), steps in arrows.items()]
    return "\n".join(["```mermaid", "stateDiagram-v2", f"    [*] --> {first}", *lines, "```\n"])


def _table(moves: Mapping[tuple[str, str], str]) -> str:
    by_state: dict[str, list[str]] = defaultdict(list)
    for (state, step), after in moves.items():
        by_state[state].append(f"{_named(step, STEPS)}" + ("" if after == state else f" → {_named(after, STATES)}"))
    rows = [f"| {_named(state, STATES)} | {'; '.join(steps)} |" for state, steps in by_state.items()]
    return "\n".join(["| state 状态 | steps 步骤 |", "|---|---|", *rows, ""])


def _named(word: str, names: Mapping[str, tuple[str, str]]) -> str:
    return f"`{word}` {names[word][0]}"
