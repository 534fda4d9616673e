"""The ground's files: which there are, with which columns. `docs/area-format.md` explains them."""

from geo import speed_files
from geo.passage import Passage
from geo.profile import Way
from geo.speed import EdgeClass
from grids.sheet import (
    NUMBER,
    SEVERAL,
    TEXT,
    WHOLE,
    YES_NO,
    Column,
    Shape,
    Sheet,
    code,
    elevation,
    names,
    phone,
)

POST_KINDS = frozenset({"base", "police_office", "duty_room", "duty_point", "fire_station", "medical_point"})
CELL_KINDS = frozenset({"trail", "road", "station", "square", "scenic_spot", "town", "forest", "water", "other"})
CODE_STATUS = frozenset({"official", "provisional", "own"})
LONGEST_TARGET_S = 24 * 3600

AREA = Sheet(
    name="area",
    columns=(
        code(),
        *names(),
        Column(name="time_zone", kind=TEXT),
        Column(name="srid", kind=WHOLE, least=1024, most=998999),
        Column(name="languages", kind=SEVERAL),
        Column(name="target_s", kind=WHOLE, required=False, default=600, least=1, most=LONGEST_TARGET_S),
        Column(name="allowance_s", kind=WHOLE, required=False, default=60, least=0, most=3600),
    ),
    one_row=True,
)
BOUNDARY = Sheet(name="boundary", columns=(), key=(), shape=Shape.POLYGON, sourced=False, one_row=True)
TEAMS = Sheet(
    name="teams",
    columns=(code(), *names(), Column(name="members", kind=WHOLE, least=0, most=100_000), phone()),
    unique=("name_zh", "name_en"),
)
GRIDS = Sheet(
    name="grids",
    columns=(code(), *names(), Column(name="team", kind=TEXT, refers_to="teams")),
    unique=("name_zh", "name_en"),
)
CELLS = Sheet(
    name="cells",
    columns=(
        code(),
        *names(),
        Column(name="grid", kind=TEXT, refers_to="grids"),
        Column(name="kind", kind=TEXT, one_of=CELL_KINDS),
        Column(name="code_status", kind=TEXT, one_of=CODE_STATUS),
        Column(name="owner", kind=TEXT, refers_to="teams"),
        Column(name="backups", kind=SEVERAL, refers_to="teams"),
        Column(name="committee", kind=TEXT, required=False, refers_to="committees"),
        Column(name="target_s", kind=WHOLE, required=False, least=1, most=LONGEST_TARGET_S),
        Column(name="target_source", kind=TEXT, required=False),
        Column(name="visitors", kind=WHOLE, required=False, least=0, most=10_000_000),
    ),
    unique=("name_zh", "name_en"),
    shape=Shape.POLYGON,
)
CONTACTS = Sheet(
    name="contacts",
    columns=(
        Column(name="cell", kind=TEXT, refers_to="cells"),
        Column(name="role_zh", kind=TEXT),
        Column(name="role_en", kind=TEXT),
        Column(name="person", kind=TEXT),
        Column(name="phone", kind=TEXT),
    ),
    key=("cell", "role_zh", "person"),
)
PLACES = Sheet(
    name="places",
    columns=(
        code(),
        *names(),
        Column(name="aliases", kind=SEVERAL, required=False, default=[]),
        elevation(),
    ),
    shape=Shape.POINT,
)
POSTS = Sheet(
    name="posts",
    columns=(
        code(),
        *names(),
        Column(name="kind", kind=TEXT, one_of=POST_KINDS),
        Column(name="team", kind=TEXT, required=False, refers_to="teams"),
        elevation(),
        phone(),
    ),
    unique=("name_zh", "name_en"),
    shape=Shape.POINT,
)
CALL_POINTS = Sheet(
    name="call_points",
    columns=(
        code(),
        *names(),
        Column(name="cell", kind=TEXT, refers_to="cells", stored="cell_code"),
        elevation(),
    ),
    shape=Shape.POINT,
)
COMMITTEES = Sheet(
    name="committees",
    columns=(code(), *names(), Column(name="phone", kind=TEXT)),
    unique=("name_zh", "name_en"),
)
SQUADS = Sheet(
    name="squads",
    columns=(
        code(),
        *names(),
        Column(name="committee", kind=TEXT, required=False, refers_to="committees"),
        Column(name="team", kind=TEXT, required=False, refers_to="teams"),
        Column(name="phone", kind=TEXT),
    ),
    unique=("name_zh", "name_en"),
)
NODES = Sheet(
    name="nodes",
    columns=(
        code(),
        Column(name="name_zh", kind=TEXT, required=False),
        Column(name="name_en", kind=TEXT, required=False),
        elevation(required=True),
    ),
    shape=Shape.POINT,
)
EDGES = Sheet(
    name="edges",
    columns=(
        code(),
        Column(name="name_zh", kind=TEXT, required=False),
        Column(name="name_en", kind=TEXT, required=False),
        Column(name="from_node", kind=TEXT, refers_to="nodes"),
        Column(name="to_node", kind=TEXT, refers_to="nodes"),
        Column(name="edge_class", kind=TEXT, one_of=frozenset(EdgeClass)),
        Column(name="length_m", kind=NUMBER, least=0, most=200_000),
        Column(name="ascent_m", kind=NUMBER, least=0, most=9000),
        Column(name="descent_m", kind=NUMBER, least=0, most=9000),
        Column(name="vehicle", kind=TEXT, required=False, one_of=frozenset(Passage), rare=True),
        Column(name="foot", kind=TEXT, required=False, one_of=frozenset(Passage), rare=True),
        Column(name="max_speed_kmh", kind=NUMBER, required=False, least=1, most=200, rare=True),
        Column(name="kind", kind=TEXT, required=False, rare=True),
        Column(name="surface", kind=TEXT, required=False, rare=True),
        Column(name="steps", kind=WHOLE, required=False, least=0, most=100_000, rare=True),
    ),
    shape=Shape.LINE,
    shape_required=False,
)
LIFTS = Sheet(
    name="lifts",
    columns=(
        Column(name="edge", kind=TEXT, refers_to="edges"),
        Column(name="ride_s", kind=NUMBER, least=0, most=7200),
        Column(name="headway_s", kind=NUMBER, least=0, most=7200),
        Column(name="access_s", kind=NUMBER, least=0, most=7200),
        Column(name="exit_s", kind=NUMBER, least=0, most=7200),
        Column(name="opens", kind=TEXT),
        Column(name="on_request", kind=YES_NO),
        Column(name="request_delay_s", kind=NUMBER, required=False, default=0.0, least=0, most=24 * 3600),
    ),
    key=("edge",),
)

SPEEDS = Sheet(
    name=speed_files.SPEEDS,
    columns=(
        Column(name="mover", kind=TEXT, one_of=frozenset(speed_files.MOVERS)),
        Column(name="figure", kind=TEXT),
        Column(name="value", kind=NUMBER),
    ),
    key=("mover", "figure"),
    optional=True,
)
CONDITIONS = Sheet(
    name=speed_files.CONDITIONS,
    columns=(
        code(),
        *names(),
        Column(name="kind", kind=TEXT),
        Column(name="closes", kind=SEVERAL, required=False, default=[]),
        Column(name="queue_s", kind=NUMBER, required=False, least=0, most=7200),
    ),
    optional=True,
)
FACTORS = Sheet(
    name=speed_files.FACTORS,
    columns=(
        Column(name="conditions", kind=TEXT),
        Column(name="way", kind=TEXT, one_of=frozenset(Way)),
        Column(name="factor", kind=NUMBER, least=1, most=100),
    ),
    key=("conditions", "way"),
    optional=True,
)

GROUND = (
    AREA,
    BOUNDARY,
    TEAMS,
    GRIDS,
    CELLS,
    CONTACTS,
    PLACES,
    POSTS,
    CALL_POINTS,
    COMMITTEES,
    SQUADS,
    NODES,
    EDGES,
    LIFTS,
    SPEEDS,
    CONDITIONS,
    FACTORS,
)

AS_GEOJSON = frozenset({BOUNDARY.name, CELLS.name})
"""Sheets an export writes as GeoJSON; all others are CSV."""
