"""Which incident may be proposed a unit that another one has: a table, and only ever a proposal."""

from collections.abc import Mapping
from types import MappingProxyType

from dispatch.assignment import PROGRESS, State
from dispatch.incident import Priority

_SENT = frozenset({State.ASSIGNED, State.ACKNOWLEDGED})
_ON_THE_WAY = _SENT | {State.EN_ROUTE}
_NOT_AT_THE_PATIENT = frozenset(PROGRESS[: PROGRESS.index(State.AT_PATIENT)])

MAY_TAKE: Mapping[tuple[Priority, Priority], frozenset[State]] = MappingProxyType(
    {
        (Priority.P1, Priority.P2): _SENT,
        (Priority.P1, Priority.P3): _NOT_AT_THE_PATIENT,
        (Priority.P1, Priority.P4): _NOT_AT_THE_PATIENT,
        (Priority.P2, Priority.P3): _ON_THE_WAY,
        (Priority.P2, Priority.P4): _NOT_AT_THE_PATIENT,
    }
)
"""From an incident of the second priority, for one of the first, a unit in one of these states. Nobody who is with a
patient is ever taken away, and nobody is taken for what is no more urgent. The rule is ours, to be tuned in use.
"""


def may_take(for_priority: Priority | None, from_priority: Priority | None, state: State) -> bool:
    """Whether a unit in that state may be proposed; what has no priority yet neither takes nor gives."""
    if for_priority is None or from_priority is None:
        return False
    return state in MAY_TAKE.get((for_priority, from_priority), frozenset())
