"""Conditions by name, such as rain, night or the Golden Week: what they slow and what they close."""

from __future__ import annotations

from functools import lru_cache

from geo.figures import BUILT_IN_FIGURES, ROAD_KINDS, STEP_RISE_M, SURFACES
from geo.profile import NORMAL_NAME, SEPARATOR, Conditions, Figure, SpeedProfile, Speeds, Way

WEATHER, LIGHT, CROWDS, WATER = "weather", "light", "crowds", "water"

_NONE = "no published figure found"
_WET = "FHWA: wet arterial roads 10 to 25 % slower"
_SNOW = "FHWA: snowy arterial roads 30 to 40 % slower"
_TRANTER = "Tranter: night costs one level of fitness, x 1.2 to 1.33"
_WEIDMANN = "Weidmann: between 1 (x 1.3) and 2 (x 2.2) persons/m2"
_ICE_2014 = "ice of February 2014: buses and 天子山索道 stopped"
_FOSSUM = "Fossum & Ryeng 2021: 1 to 2 min more a km on winter surfaces; stairs assumed"


def _all(**factors: tuple[float, str, str]) -> tuple[tuple[Way, Figure], ...]:
    return tuple(
        (Way(name), Figure(value=value, unit="x", source=source, confidence=confidence))
        for name, (value, source, confidence) in factors.items()
    )


RAIN = Conditions(
    name="rain",
    kind=WEATHER,
    name_zh="下雨",
    name_en="rain",
    factors=_all(
        car=(1.2, _WET, "M"),
        motorbike=(1.4, _NONE, "A"),
        road=(1.1, _NONE, "A"),
        flagstone=(1.25, "slippery flagstone is the recurring cause of falls; " + _NONE, "A"),
        stairs=(1.4, "wet stone steps; " + _NONE, "A"),
        trail=(1.35, "flagstone and stairs; " + _NONE, "A"),
        path=(1.4, _NONE, "A"),
        off_network=(1.5, _NONE, "A"),
    ),
)
STORM = Conditions(
    name="storm",
    kind=WEATHER,
    name_zh="暴雨大风",
    name_en="storm",
    factors=_all(
        car=(1.5, "FHWA: wet roads 10 to 25 % slower; wind, branches and stones on the road assumed", "A"),
        motorbike=(2.0, _NONE, "A"),
        road=(1.3, _NONE, "A"),
        flagstone=(1.5, _NONE, "A"),
        stairs=(1.8, _NONE, "A"),
        trail=(1.65, _NONE, "A"),
        path=(1.8, _NONE, "A"),
        off_network=(2.0, _NONE, "A"),
    ),
    closes=frozenset({"cableway", "rail", "ferry"}),
    closes_source="cableways stop in wind and thunder; the rail stands in a valley that floods (assumption)",
)
FOG = Conditions(
    name="fog",
    kind=WEATHER,
    name_zh="浓雾",
    name_en="dense fog",
    factors=_all(
        car=(1.5, _NONE, "A"),
        motorbike=(1.5, _NONE, "A"),
        flagstone=(1.1, _NONE, "A"),
        stairs=(1.15, _NONE, "A"),
        trail=(1.15, _NONE, "A"),
        path=(1.3, _NONE, "A"),
        off_network=(1.5, _NONE, "A"),
    ),
)
SNOW = Conditions(
    name="snow",
    kind=WEATHER,
    name_zh="积雪",
    name_en="snow",
    factors=_all(
        car=(1.6, _SNOW, "M"),
        motorbike=(2.5, _NONE, "A"),
        road=(1.15, _FOSSUM, "M"),
        flagstone=(1.15, _FOSSUM, "M"),
        stairs=(1.7, _FOSSUM, "A"),
        trail=(1.5, _FOSSUM, "A"),
        path=(1.5, _FOSSUM, "A"),
        off_network=(2.0, _NONE, "A"),
    ),
)
ICE = Conditions(
    name="ice",
    kind=WEATHER,
    name_zh="结冰",
    name_en="ice",
    factors=_all(
        road=(1.3, _FOSSUM, "L"),
        flagstone=(1.3, _FOSSUM, "L"),
        trail=(2.2, "with crampons on railed steps; " + _NONE, "A"),
        path=(2.0, _NONE, "A"),
        off_network=(2.5, _NONE, "A"),
    ),
    closes=frozenset({"cableway", "stairs", "car", "motorbike"}),
    closes_source=_ICE_2014 + "; bare stairs assumed",
)
FLOOD = Conditions(
    name="flood",
    kind=WATER,
    name_zh="山洪",
    name_en="flash flood",
    factors=_all(
        car=(1.5, _NONE, "A"),
        motorbike=(2.0, _NONE, "A"),
        road=(1.3, _NONE, "A"),
        trail=(1.3, _NONE, "A"),
        off_network=(2.0, _NONE, "A"),
    ),
    closes=frozenset({"rail", "path", "ferry"}),
    closes_source="coaches and visitors cut off at 十里画廊 in July 2016; which ways flood is the area's to say",
)
NIGHT = Conditions(
    name="night",
    kind=LIGHT,
    name_zh="夜间",
    name_en="night",
    factors=_all(
        car=(1.1, _NONE, "A"),
        motorbike=(1.2, _NONE, "A"),
        road=(1.1, _NONE, "A"),
        flagstone=(1.2, _TRANTER, "M"),
        stairs=(1.2, _TRANTER, "M"),
        trail=(1.2, _TRANTER, "M"),
        path=(1.3, _TRANTER, "M"),
        off_network=(1.5, _NONE, "A"),
    ),
)
GOLDEN_WEEK = Conditions(
    name="golden_week",
    kind=CROWDS,
    name_zh="黄金周",
    name_en="Golden Week crowds",
    factors=_all(
        car=(1.3, "buses and people on the road; " + _NONE, "A"),
        motorbike=(1.15, _NONE, "A"),
        road=(1.2, _NONE, "A"),
        flagstone=(1.5, _WEIDMANN, "L"),
        stairs=(1.7, _WEIDMANN, "L"),
        trail=(1.6, _WEIDMANN, "L"),
        path=(1.1, _NONE, "A"),
        station=(1.5, _NONE, "A"),
    ),
    queue_s=Figure(value=60.0, unit="s", source="the staff lane too must be cleared first", confidence="A"),
)

BUILT_IN = Speeds(
    figures=BUILT_IN_FIGURES,
    conditions=(RAIN, STORM, FOG, SNOW, ICE, FLOOD, NIGHT, GOLDEN_WEEK),
    road_kinds=ROAD_KINDS,
    surfaces=SURFACES,
    step_rise_m=STEP_RISE_M,
)
NORMAL = SpeedProfile(speeds=BUILT_IN)


@lru_cache(maxsize=256)
def profile_named(name: str, speeds: Speeds = BUILT_IN) -> SpeedProfile:
    """The profile of conditions by name: `normal`, `rain`, or several together, `night+rain`, in any order.

    `SpeedProfile.name` is the name in order, `words` what people call it. Raises `UnknownConditions`.
    """
    names = [each.strip() for each in name.split(SEPARATOR)]
    return SpeedProfile(speeds=speeds, conditions=tuple(speeds.named(each) for each in names if each != NORMAL_NAME))
