"""How a played crew carries out one order: drawn once, the same for the same seed, unit and incident."""

from dataclasses import dataclass
from enum import StrEnum
from random import Random

from dispatch.assignment import State, Step

DECLINES = 0.04
LOSES_SIGNAL = 0.15
CARRIES = 0.35
REASONS = ("正在处理其他事情", "车辆或装备故障")


class Forgets(StrEnum):
    """What a crew does not press though it does it; it presses *clear* in the end."""

    NOTHING = "nothing"
    AT_PATIENT = "at_patient"
    BOTH = "on_scene_and_at_patient"


@dataclass(frozen=True, slots=True, kw_only=True)
class Silence:
    """No signal for a while; it begins at that part of the way there. Steps taken meanwhile arrive late."""

    begins: float
    lasts_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Conduct:
    """Seconds that people take, counted from the state before; ``slowness`` is the way's time over what was advised."""

    answer_s: float
    declines: str | None
    turnout_s: float
    slowness: float
    look_s: float
    treat_s: float
    carry_s: float | None
    hand_over_s: float
    tidy_s: float
    silence: Silence | None
    forgets: Forgets = Forgets.NOTHING


def conduct(
    seed: int,
    unit: str,
    incident: int,
    *,
    turnout_s: float,
    forgets: float = 0.0,
    loses_signal: float = LOSES_SIGNAL,
    declines: float = DECLINES,
) -> Conduct:
    """What this unit does with its order for this incident; ``turnout_s`` is what the unit is reckoned to need.

    ``forgets``, ``loses_signal`` and ``declines`` are the shares of orders in which that happens.
    """
    chance = Random(f"crew {seed} {unit} {incident}")  # noqa: S311 - plays, guards nothing
    return Conduct(
        answer_s=chance.uniform(6.0, 22.0),
        declines=chance.choice(REASONS) if chance.random() < declines else None,
        turnout_s=turnout_s * chance.uniform(0.4, 0.9),
        slowness=chance.uniform(0.85, 1.15),
        look_s=chance.uniform(10.0, 35.0),
        treat_s=chance.uniform(60.0, 150.0),
        carry_s=chance.uniform(60.0, 120.0) if chance.random() < CARRIES else None,
        hand_over_s=chance.uniform(15.0, 40.0),
        tidy_s=chance.uniform(10.0, 30.0),
        silence=_silence(chance, loses_signal),
        forgets=_forgets(chance, forgets),
    )


def _forgets(chance: Random, share: float) -> Forgets:
    if chance.random() >= share:
        return Forgets.NOTHING
    return chance.choice((Forgets.AT_PATIENT, Forgets.BOTH))


def _silence(chance: Random, share: float) -> Silence | None:
    lost, begins, lasts_s = chance.random() < share, chance.uniform(0.5, 0.9), chance.uniform(60.0, 150.0)
    return Silence(begins=begins, lasts_s=lasts_s) if lost else None


def next_step(state: State, how: Conduct, *, way_s: float) -> tuple[Step, float] | None:
    """What the crew does next, and how many seconds after it came into this state; None once the order has ended.

    ``way_s`` is how long the way to the patient takes this crew.
    """
    carries = how.carry_s is not None
    if state is State.ON_SCENE and how.forgets is not Forgets.NOTHING:
        return Step.CLEAR, how.look_s + how.treat_s
    if state is State.EN_ROUTE and how.forgets is Forgets.BOTH:
        return Step.CLEAR, way_s + how.look_s + how.treat_s
    steps = {
        State.ASSIGNED: (Step.ACKNOWLEDGE if how.declines is None else Step.DECLINE, how.answer_s),
        State.ACKNOWLEDGED: (Step.EN_ROUTE, how.turnout_s),
        State.EN_ROUTE: (Step.ON_SCENE, way_s),
        State.ON_SCENE: (Step.AT_PATIENT, how.look_s),
        State.AT_PATIENT: (Step.MOVING if carries else Step.CLEAR, how.treat_s),
        State.MOVING: (Step.HANDED_OVER, how.carry_s or how.hand_over_s),
        State.HANDED_OVER: (Step.CLEAR, how.tidy_s),
    }
    return steps.get(state)
