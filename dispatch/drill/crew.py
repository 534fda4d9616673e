"""A played crew: it hears its orders on its own device, answers, sets out, is on its way, helps, and goes home."""

import asyncio
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from random import Random
from types import MappingProxyType
from uuid import UUID

from dispatch.assignment import ENDED, PROGRESS, State, Step, after
from dispatch.drill.conduct import Conduct, conduct, next_step
from dispatch.drill.feet import Feet
from dispatch.drill.stage import Stage
from dispatch.drill.watch import Watch
from dispatch.drill.way import Point, Way, distance_m, way
from dispatch.feed import ProfileName
from dispatch.server import wire
from dispatch.terminal import Answered, Link, SignInRefused, Withdrawn
from dispatch.unit import AT_POST_M

TELL_MOVING_S = 4.0
TELL_STANDING_S = (300.0, 480.0)
LEAST_BETWEEN_S = 0.5
"""However fast everything goes, no device tells where it is more often."""

ACCURACY_M = 8.0

WALKS_M_S = 1.2
HOMEWARD = 1.2
"""Nobody hurries home."""

VISITOR_S = 240.0
"""How long an order is left to somebody else who is signed in as the crew and does nothing; at no pace but people's."""

VISITOR_LOOK_S = 1.0

SAID: Mapping[Step, tuple[str, str]] = MappingProxyType(
    {
        Step.ACKNOWLEDGE: ("接警", "has acknowledged"),
        Step.DECLINE: ("无法前往", "has declined"),
        Step.AT_PATIENT: ("到伤者身边", "is at the patient"),
        Step.CLEAR: ("归队", "is clear"),
    }
)
"""The steps worth a line."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _InHand:
    """The order being carried out, how, and by which way; ``since`` when it came into its present state."""

    id: UUID
    number: int
    how: Conduct
    way: Way
    state: State
    since: float
    was_silent: bool = False


class Crew:
    """One unit's people with one device. ``play`` goes on until cancelled, or until the login is withdrawn."""

    def __init__(self, stage: Stage, watch: Watch, unit: wire.Unit) -> None:
        self._stage, self._watch, self._unit = stage, watch, unit
        self._chance = Random(f"moments {stage.seed} {unit.code}")  # noqa: S311 - plays, guards nothing
        self._terminal = stage.terminal(f"crew-{unit.code}", ProfileName.PHONE)
        self._feet = _feet(unit, stage.pace)
        self._in_hand: _InHand | None = None
        self._pressed: dict[UUID, State] = {}
        self._news = asyncio.Event()
        self._silent_s = 0.0
        self._silence = asyncio.Event()
        self.connected = asyncio.Event()

    async def play(self) -> None:
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(self._keep_contact())
                group.create_task(self._act())
                group.create_task(self._tell_position())
        except* (SignInRefused, Withdrawn) as ended:
            why = ended.exceptions[0]
            self._say(f"{self._unit.code} 退出演练:{why}", f"{self._unit.code} is out of the drill: {why}")

    async def leave(self) -> None:
        """Sign out, so that nobody is listed who has gone."""
        await self._terminal.sign_out()
        self._terminal.store.close()

    def lose_signal(self, seconds: float) -> None:
        """From now on, for so many seconds of the drill's own time."""
        self._silent_s = seconds / self._stage.pace
        self._silence.set()

    @property
    def unit(self) -> wire.Unit:
        return self._unit

    # --- the device ---

    async def _keep_contact(self) -> None:
        """Hold the line, and lose it for as long as the canyon will have it."""
        while True:
            async with self._terminal, asyncio.TaskGroup() as group:
                listening = group.create_task(self._listen())
                await self._silence.wait()
                listening.cancel()
            self._say(f"{self._unit.code} 失去信号", f"{self._unit.code} has lost signal")
            await asyncio.sleep(self._silent_s)
            self._silence.clear()
            self._terminal.stand()
            self._say(f"{self._unit.code} 恢复信号,补报步骤", f"{self._unit.code} has signal again and reports late")

    async def _listen(self) -> None:
        async for happening in self._terminal:
            if isinstance(happening, Link) and happening.up:
                self.connected.set()
            if isinstance(happening, Answered) and happening.error is not None:
                self._think_again()
            self._news.set()

    def _think_again(self) -> None:
        """The service knows better: go by what it says, and take the time again that the next step takes."""
        self._pressed.clear()
        if self._in_hand is not None:
            self._in_hand = replace(self._in_hand, since=_now())

    # --- what is done with an order ---

    async def _act(self) -> None:
        while True:
            self._news.clear()
            wait_s = await self._do()
            with suppress(TimeoutError):
                async with asyncio.timeout(wait_s):
                    await self._news.wait()

    async def _do(self) -> float | None:
        """What is due now; answers how long until the next thing is, None when only news can tell."""
        order = self._next_order()
        if order is None:
            return self._go_home()
        hand = await self._take(order)
        due = next_step(hand.state, hand.how, way_s=hand.way.time_s)
        if due is None:
            return None
        step, after_s = due
        left_s = hand.since + after_s / self._stage.pace - _now()
        if left_s > 0:
            return min(left_s, self._until_silence(hand, left_s))
        await self._watch.freshen()
        if self._somebody_else_has_it and _now() - hand.since < VISITOR_S:
            return VISITOR_LOOK_S
        self._press(hand, step)
        return 0.0

    @property
    def _somebody_else_has_it(self) -> bool:
        """A person has signed in as this crew: the buttons are theirs, the way is still walked for them."""
        return self._watch.somebody_else_is(self._unit.id, self._terminal.session)

    async def _take(self, order: wire.Order) -> _InHand:
        """The order as it stands now; what its state means for the feet is done at once."""
        state, hand = self._state(order), self._in_hand
        if hand is None or hand.id != order.id:
            if not self._somebody_else_has_it:
                self._terminal.alarmed(order.id)
            how = conduct(
                self._stage.seed,
                self._unit.code,
                order.incident_number,
                turnout_s=self._unit.turnout_s,
                forgets=self._stage.forgets,
                loses_signal=self._stage.loses_signal,
                declines=self._stage.declines,
            )
            way = await self._way(order)
            hand = _InHand(
                id=order.id,
                number=order.incident_number,
                how=how,
                way=way.slowed(how.slowness),
                state=state,
                since=_now(),
            )
            self._move(hand)
        elif hand.state is not state:
            hand = replace(hand, state=state, since=_now())
            self._move(hand)
        self._in_hand = hand
        return hand

    async def _way(self, order: wire.Order) -> Way:
        return Way() if self._feet is None else await self._watch.way_of(order, self._feet.at(_now()))

    def _move(self, hand: _InHand) -> None:
        feet, now = self._feet, _now()
        if feet is None:
            return
        match hand.state:
            case State.EN_ROUTE:
                feet.set_out(hand.way, now)
            case State.ON_SCENE | State.AT_PATIENT:
                feet.arrive(now)
            case State.MOVING:
                feet.turn_back(now, HOMEWARD)
            case _:
                feet.stop(now)
        self._tell()

    def _go_home(self) -> float | None:
        """Back to the post; there the crew says so."""
        ended, self._in_hand = self._in_hand, None
        feet, now = self._feet, _now()
        if feet is None:
            return None
        if ended is not None or not feet.walking:
            feet.turn_back(now, HOMEWARD)
        if feet.home:
            return None
        left_s = feet.left_s(now)
        if left_s > 0:
            return left_s
        feet.arrive(now)
        self._tell()
        self._terminal.stand(at_post=True)
        return None

    def _until_silence(self, hand: _InHand, left_s: float) -> float:
        """Begin the crew's silence on the way when it is due; answers how long until then."""
        silence = hand.how.silence
        if silence is None or hand.was_silent or hand.state is not State.EN_ROUTE or self._somebody_else_has_it:
            return left_s
        due_s = hand.since + silence.begins * hand.way.time_s / self._stage.pace - _now()
        if due_s > 0:
            return due_s
        self._in_hand = replace(hand, was_silent=True)
        self._silent_s = silence.lasts_s / self._stage.pace
        self._silence.set()
        return left_s

    def _press(self, hand: _InHand, step: Step) -> None:
        self._terminal.step(hand.id, step, hand.how.declines if step is Step.DECLINE else None)
        self._pressed[hand.id] = after(hand.state, step)
        if step in SAID:
            zh, en = SAID[step]
            self._say(f"{self._unit.code} {zh}({hand.number} 号)", f"{self._unit.code} {en} (#{hand.number})")

    def _next_order(self) -> wire.Order | None:
        """The first of the open ones; what has been pressed counts, sent or not."""
        return next((order for order in self._terminal.orders() if self._state(order) not in ENDED), None)

    def _state(self, order: wire.Order) -> State:
        """The later of what the service says and what was pressed here."""
        pressed = self._pressed.get(order.id)
        if pressed is None or order.state in ENDED:
            return order.state
        if pressed in ENDED:
            return pressed
        return max(order.state, pressed, key=PROGRESS.index)

    # --- where the crew is ---

    async def _tell_position(self) -> None:
        """Often while on the way, rarely while standing by, and not all crews at the same moment."""
        standing_s = self._chance.uniform(0.0, TELL_STANDING_S[1])
        every_s = max(TELL_MOVING_S, self._stage.pace * LEAST_BETWEEN_S)
        while self._feet is not None:
            await self._stage.wait(self._chance.uniform(0.75, 1.25) * every_s)
            standing_s -= every_s
            if self._feet.walking:
                self._tell()
            elif standing_s <= 0 and self._unit.on_duty:
                self._tell()
                standing_s = self._chance.uniform(*TELL_STANDING_S)

    def _tell(self) -> None:
        if self._feet is not None:
            lon, lat = self._feet.at(_now())
            self._terminal.position(lon, lat, accuracy_m=ACCURACY_M)

    def _say(self, zh: str, en: str) -> None:
        self._stage.say(self._terminal.now(), self._watch.zone, zh, en)


def _feet(unit: wire.Unit, pace: float) -> Feet | None:
    """Where the unit is believed to be. One found away from its post goes back straight: nobody knows how it came."""
    at = unit.position or unit.post_point
    if at is None:
        return None
    here, post = Point(at.lon, at.lat), unit.post_point
    home = here if post is None else Point(post.lon, post.lat)
    feet = Feet(home, pace)
    if (far_m := distance_m(home, here)) > AT_POST_M:
        feet.set_out(way([([here], far_m / WALKS_M_S)], start=home, end=here), 0.0)
        feet.arrive(0.0)
    return feet


def _now() -> float:
    return asyncio.get_running_loop().time()
