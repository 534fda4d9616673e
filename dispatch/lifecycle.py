"""The tables of steps and states as a page of documentation: `docs/lifecycle.md` is what this draws of them."""

from collections import defaultdict
from collections.abc import Mapping

from dispatch import assignment, incident
from dispatch.words import OUTCOMES, SHOWN, STATES, STEPS

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
            "### How an incident ends 结束方式\n",
            _outcomes(),
            "### What a screen says of it, from whether it is located and what its units do 屏幕所示状态\n",
            _shown(),
        ]
    )


def _outcomes() -> str:
    """The outcomes, and by which step each comes."""
    rows = []
    for each in incident.Outcome:
        by = [step for step in (incident.Step.CLOSE, incident.Step.CANCEL) if _ends_so(step, each)]
        rows.append(f"| `{each}` {OUTCOMES[each][0]} | {OUTCOMES[each][1]} | {', '.join(f'`{step}`' for step in by)} |")
    return "\n".join(["| outcome 结果 | | by 步骤 |", "|---|---|---|", *rows, ""])


def _ends_so(by: incident.Step, wanted: incident.Outcome) -> bool:
    return incident.outcome(by, None if by is incident.Step.CANCEL else wanted) is wanted


def _shown() -> str:
    """Every case of ``incident.state``."""
    cases: dict[incident.State, list[str]] = defaultdict(list)
    for located in (False, True):
        where = "located 已定位" if located else "not located 未定位"
        cases[incident.state(incident.Status.OPEN, located=located, assignments=[])].append(f"{where}, no unit 无单元")
    for state in assignment.State:
        if state in assignment.OPEN:
            shown = incident.state(incident.Status.OPEN, located=True, assignments=[state])
            cases[shown].append(_named(state.value, STATES))
    cases[incident.state(incident.Status.CLOSED, located=True, assignments=[])].append(_named("closed", STATES))
    rows = [f"| `{each}` {SHOWN[each][0]} | {SHOWN[each][1]} | {'; '.join(cases[each])} |" for each in incident.State]
    return "\n".join(["| shown 显示 | | when 条件 |", "|---|---|---|", *rows, ""])


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
