"""The figures used where an area brings none of its own: every kind of mover, each number with what it rests on."""

from __future__ import annotations

from dataclasses import replace

from geo.profile import Figure, Figures, Movement

CREW = Figures(
    road_mps=Figure(
        value=7.5,
        unit="m/s",
        source="27 km/h: limits on park roads are 30 to 40 km/h (notices of scenic areas), the average stays below",
        confidence="M",
    ),
    road_climb_m=Figure(
        value=3.0,
        unit="m",
        source="3.4 km and 260 m up in 9.3 min; a bus takes 10 from 水绕四门 to 百龙天梯下站",
        confidence="L",
    ),
    road_descend_m=Figure(value=0.5, unit="m", source="downhill the limit holds, bends ask for brakes", confidence="A"),
    hairpin_s=Figure(
        value=4.0,
        unit="s",
        source="47 m of a bend of 15 m radius at 20 km/h (what such bends are built for), braking and speeding up",
        confidence="L",
    ),
    level_mps=Figure(
        value=2.5,
        unit="m/s",
        source="紫草潭 to 黄莲湾 with kit and stretcher in 5 min, which visitors walk in 20 (news report of 2013)",
        confidence="M",
    ),
    climb_mps=Figure(
        value=0.24,
        unit="m/s",
        source="14.4 m/min; Halder & Kuklane 2016: 12.3 to 16.3 m/min for 15 min at VO2max 45; Kretz et al. (long "
        "outdoor stair): 13 to 16",
        confidence="M",
    ),
    descend_mps=Figure(
        value=0.40,
        unit="m/s",
        source="24 m/min; 28 min from 后花园 down to 千里相会, where a fast walker's log says 25",
        confidence="L",
    ),
    path_factor=Figure(value=1.0, unit="x", source="Tobler 1993 on paths", confidence="M"),
    off_network_mps=Figure(
        value=0.5,
        unit="m/s",
        source="Irmischer & Clarke 2018 off path: 0.62 m/s at slope 0.2, 0.26 at 0.5; the park's median slope is 0.5",
        confidence="L",
    ),
    leave_vehicle_s=Figure(value=30.0, unit="s", source="park, take the kit", confidence="A"),
    board_vehicle_s=Figure(value=30.0, unit="s", source="stow the kit, start", confidence="A"),
    station_factor=Figure(value=1.0, unit="x", source="an area's lifts are given for crews", confidence="A"),
    queue_s=Figure(
        value=0.0, unit="s", source="crews take the staff lane (杨家界索道 has one: chinanews 2014)", confidence="M"
    ),
)

MOTORBIKE = replace(
    CREW,
    hairpin_s=Figure(value=2.0, unit="s", source="half of a car's", confidence="A"),
    leave_vehicle_s=Figure(value=15.0, unit="s", source="a motorbike stands anywhere", confidence="A"),
    board_vehicle_s=Figure(value=15.0, unit="s", source="helmet on, start", confidence="A"),
)

_TRANTER = "Tranter: 20 kg cost one level of fitness, x 1.2 to 1.33 in time"
LOADED = replace(
    CREW,
    level_mps=Figure(value=2.0, unit="m/s", source=_TRANTER, confidence="M"),
    climb_mps=Figure(value=0.19, unit="m/s", source=_TRANTER, confidence="M"),
    descend_mps=Figure(value=0.32, unit="m/s", source=_TRANTER, confidence="M"),
    path_factor=Figure(value=1.25, unit="x", source=_TRANTER, confidence="M"),
    off_network_mps=Figure(value=0.4, unit="m/s", source=_TRANTER, confidence="L"),
    station_factor=Figure(value=1.25, unit="x", source=_TRANTER, confidence="L"),
)

STRETCHER = replace(
    CREW,
    level_mps=Figure(
        value=0.8, unit="m/s", source="devices on stairs 0.60-0.84 m/s (Fire Technology 2020)", confidence="L"
    ),
    climb_mps=Figure(
        value=0.11,
        unit="m/s",
        source="0.4 to 0.5 of the unloaded rate, no published figure for long stairs found",
        confidence="A",
    ),
    descend_mps=Figure(
        value=0.25,
        unit="m/s",
        source="eight people carried down 500 steps in 5 min (武当山 2017)",
        confidence="M",
    ),
    path_factor=Figure(value=2.5, unit="x", source="like flagstone, 2.5 against 0.8 m/s, less", confidence="A"),
    off_network_mps=Figure(value=0.15, unit="m/s", source="no published figure found", confidence="A"),
    station_factor=Figure(value=3.0, unit="x", source="2.5 against 0.8 m/s on level ground", confidence="A"),
    leave_vehicle_s=Figure(value=120.0, unit="s", source="patient out of the vehicle", confidence="A"),
    board_vehicle_s=Figure(value=120.0, unit="s", source="patient into the vehicle", confidence="A"),
)

_DIN = "DIN 33466 (times on hikers' signposts)"
VISITOR = replace(
    CREW,
    level_mps=Figure(value=1.11, unit="m/s", source=f"{_DIN}: 4 km/h", confidence="M"),
    climb_mps=Figure(value=0.083, unit="m/s", source=f"{_DIN}: 300 m/h", confidence="M"),
    descend_mps=Figure(value=0.139, unit="m/s", source=f"{_DIN}: 500 m/h", confidence="M"),
    path_factor=Figure(value=1.25, unit="x", source="4 against Tobler's 5 km/h", confidence="L"),
    off_network_mps=Figure(value=0.3, unit="m/s", source="Tobler 1993: x 0.6 off paths", confidence="L"),
    station_factor=Figure(value=2.25, unit="x", source="2.5 against 1.11 m/s on level ground", confidence="A"),
    queue_s=Figure(value=0.0, unit="s", source="0 to 60 min are reported; none is assumed", confidence="A"),
)

BUILT_IN_FIGURES: tuple[tuple[Movement, Figures], ...] = (
    (Movement.CREW, CREW),
    (Movement.MOTORBIKE, MOTORBIKE),
    (Movement.LOADED, LOADED),
    (Movement.STRETCHER, STRETCHER),
    (Movement.VISITOR, VISITOR),
)

_OSRM = "OSRM's car profile"
_GRAPHHOPPER = "GraphHopper's car profile (OSRM's has no tracks)"


def _kmh(speeds: dict[str, float], confidence: str, source: str = _OSRM) -> tuple[tuple[str, Figure], ...]:
    return tuple(
        (name, Figure(value=round(kmh / 3.6, 2), unit="m/s", source=f"{source}: {kmh:g} km/h", confidence=confidence))
        for name, kmh in speeds.items()
    )


ROAD_KINDS = _kmh(
    {
        "motorway": 90,
        "motorway_link": 75,
        "trunk": 85,
        "trunk_link": 70,
        "primary": 65,
        "primary_link": 60,
        "secondary": 55,
        "secondary_link": 50,
        "tertiary": 40,
        "tertiary_link": 30,
        "unclassified": 25,
        "residential": 25,
        "living_street": 10,
        "service": 15,
    },
    "M",
) + _kmh({"track": 15}, "M", _GRAPHHOPPER)
SURFACES = _kmh(
    {
        "gravel": 30,
        "fine_gravel": 30,
        "cobblestone": 30,
        "unpaved": 30,
        "compacted": 45,
        "sett": 45,
        "ground": 30,
        "dirt": 30,
        "grass": 30,
        "rock": 15,
        "clay": 20,
        "earth": 15,
        "sand": 15,
        "mud": 15,
    },
    "L",
)
STEP_RISE_M = Figure(
    value=0.15,
    unit="m",
    source="outdoor steps are built 10 to 15 cm high; 后花园 to 千里相会 has over 3,000 steps for some 540 m",
    confidence="L",
)
