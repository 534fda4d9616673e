"""Every table of the product, described once; Alembic migrates from it and planners' programs read through it.

Times are ``timestamptz`` (UTC), points are EPSG:4326 with the original kept beside them, durations are seconds.
Constraints are named as the sentence they enforce, so that ``store`` can turn a violation into that sentence.
The feed's outbox lives in a schema of its own (``feed``, see the migrations) and is not described here.
"""

from typing import Any

from geoalchemy2 import Geometry
from sqlalchemy import (
    ARRAY,
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    DateTime,
    Float,
    ForeignKey,
    Identity,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
    text,
)
from sqlalchemy.dialects.postgresql import DATERANGE, JSONB, TSTZRANGE, ExcludeConstraint

metadata = MetaData(
    naming_convention={
        "pk": "%(table_name)s_pkey",
        "fk": "%(table_name)s_%(column_0_name)s_fkey",
        "uq": "%(table_name)s_%(column_0_N_name)s_key",
        "ck": "%(table_name)s_%(constraint_name)s_check",
        "ix": "%(table_name)s_%(column_0_N_name)s_idx",
    }
)


def _id() -> Column[Any]:
    return Column("id", Uuid, primary_key=True, server_default=text("gen_random_uuid()"))


def _of(table: str, name: str | None = None, *, nullable: bool = False) -> Column[Any]:
    return Column(name or table, Uuid, ForeignKey(f"{table}.id"), nullable=nullable)


def _words(name: str, *, nullable: bool = False) -> Column[Any]:
    return Column(name, Text, nullable=nullable)


def _moment(name: str, *, nullable: bool = True) -> Column[Any]:
    return Column(name, DateTime(timezone=True), nullable=nullable)


def _valid() -> Column[Any]:
    """Dates on which the row holds, in the area's own calendar."""
    return Column("valid", DATERANGE, nullable=False, server_default=text("daterange(NULL, NULL)"))


def _point(name: str, *, nullable: bool = False) -> Column[Any]:
    return Column(name, Geometry("POINT", srid=4326, spatial_index=False), nullable=nullable)


def _version() -> Column[Any]:
    """Counts the changes of the thing; the feed carries it."""
    return Column("version", BigInteger, nullable=False, server_default=text("1"))


def _sourced() -> list[Column[Any]]:
    """Where a fact comes from, how sure it is, and whether it was made up for a demonstration."""
    return [
        Column("source", Text, nullable=False, server_default=text("''")),
        Column("confidence", Text, nullable=False, server_default=text("''")),
        Column("illustrative", Boolean, nullable=False, server_default=text("false")),
    ]


def _named() -> list[Column[Any]]:
    return [_words("code"), _words("name_zh"), _words("name_en")]


# --- the ground: area, cells, teams, posts -------------------------------------------------------------------------

area = Table(
    "area",
    metadata,
    _id(),
    *_named(),
    _words("time_zone"),
    Column("srid", Integer, nullable=False),
    Column("languages", ARRAY(Text), nullable=False),
    Column("boundary", Geometry("MULTIPOLYGON", srid=4326, spatial_index=False), nullable=False),
    Column("target_s", Integer, nullable=False, server_default=text("600")),
    Column("allowance_s", Integer, nullable=False, server_default=text("60")),
    Column("next_incident_number", Integer, nullable=False, server_default=text("1")),
    *_sourced(),
    UniqueConstraint("code"),
)

team = Table(
    "team",
    metadata,
    _id(),
    _of("area"),
    *_named(),
    Column("members", Integer, nullable=False),
    _words("phone", nullable=True),
    *_sourced(),
    UniqueConstraint("area", "code"),
)

grid = Table(
    "grid",
    metadata,
    _id(),
    _of("area"),
    *_named(),
    _of("team"),
    *_sourced(),
    UniqueConstraint("area", "code"),
)

cell = Table(
    "cell",
    metadata,
    _id(),
    _of("area"),
    *_named(),
    _of("grid"),
    _of("committee", nullable=True),
    _words("kind"),
    _words("code_status"),
    Column("geom", Geometry("MULTIPOLYGON", srid=4326, spatial_index=False), nullable=False),
    Column("target_s", Integer),
    _words("target_source", nullable=True),
    Column("visitors", Integer, comment="people a day; what the cell counts when a hole is weighed"),
    _valid(),
    *_sourced(),
    ExcludeConstraint(("area", "="), ("code", "="), ("valid", "&&"), name="one_cell_per_code_at_a_time", using="gist"),
    Index("cell_geom_idx", "geom", postgresql_using="gist"),
)

cell_team = Table(
    "cell_team",
    metadata,
    _id(),
    _of("cell"),
    _of("team"),
    Column("rank", Integer, nullable=False, comment="0 owns the cell, 1 is the first backup, and so on"),
    _valid(),
    ExcludeConstraint(
        ("cell", "="), ("rank", "="), ("valid", "&&"), name="one_team_per_cell_and_rank_at_a_time", using="gist"
    ),
)

cell_contact = Table(
    "cell_contact",
    metadata,
    _id(),
    _of("cell"),
    _words("role_zh"),
    _words("role_en"),
    _words("person"),
    _words("phone"),
    _valid(),
    *_sourced(),
    Index(None, "cell"),
)

place = Table(
    "place",
    metadata,
    _id(),
    _of("area"),
    *_named(),
    Column("aliases", ARRAY(Text), nullable=False, server_default=text("'{}'")),
    _point("point"),
    Column("elevation_m", Float),
    *_sourced(),
    UniqueConstraint("area", "code"),
)

post = Table(
    "post",
    metadata,
    _id(),
    _of("area"),
    *_named(),
    _words("kind"),
    _of("team", nullable=True),
    _point("point"),
    Column("elevation_m", Float),
    _words("phone", nullable=True),
    _valid(),
    *_sourced(),
    ExcludeConstraint(("area", "="), ("code", "="), ("valid", "&&"), name="one_post_per_code_at_a_time", using="gist"),
)

call_point = Table(
    "call_point",
    metadata,
    _id(),
    _of("area"),
    *_named(),
    _words("cell_code"),
    _point("point"),
    Column("elevation_m", Float),
    *_sourced(),
    UniqueConstraint("area", "code"),
)

committee = Table(
    "committee",
    metadata,
    _id(),
    _of("area"),
    *_named(),
    _words("phone"),
    *_sourced(),
    UniqueConstraint("area", "code"),
)

squad = Table(
    "squad",
    metadata,
    _id(),
    _of("area"),
    *_named(),
    _of("committee", nullable=True),
    _of("team", nullable=True),
    _words("phone"),
    *_sourced(),
    UniqueConstraint("area", "code"),
)

# --- the map: one network per version -------------------------------------------------------------------------------

network = Table(
    "network",
    metadata,
    _id(),
    _of("area"),
    _words("version"),
    Column("closures", BigInteger, nullable=False, server_default=text("0"), comment="counts changes of closures"),
    _moment("loaded_at", nullable=False),
    Column("current", Boolean, nullable=False),
    Index("one_current_network_per_area", "area", unique=True, postgresql_where=text("current")),
)

network_node = Table(
    "network_node",
    metadata,
    Column("network", Uuid, ForeignKey("network.id"), primary_key=True),
    Column("code", Text, primary_key=True),
    _point("point"),
    Column("elevation_m", Float),
    _words("name_zh", nullable=True),
    _words("name_en", nullable=True),
    *_sourced(),
)

network_edge = Table(
    "network_edge",
    metadata,
    Column("network", Uuid, ForeignKey("network.id"), primary_key=True),
    Column("code", Text, primary_key=True),
    _words("from_node"),
    _words("to_node"),
    _words("edge_class"),
    Column("length_m", Float, nullable=False),
    Column("ascent_m", Float, nullable=False),
    Column("descent_m", Float, nullable=False),
    Column("line", Geometry("LINESTRING", srid=4326, spatial_index=False), nullable=False),
    _words("name_zh", nullable=True),
    _words("name_en", nullable=True),
    Column("lift", JSONB(none_as_null=True), comment="geo.network.Lift, for a lift"),
    Column("vehicle", Text, comment="geo.passage.Passage; null as the class has it"),
    Column("foot", Text, comment="geo.passage.Passage; null as the class has it"),
    Column("max_speed_kmh", Float),
    Column("kind", Text, comment="OSM highway=*"),
    Column("surface", Text, comment="OSM surface=*"),
    Column("steps", Integer),
    *_sourced(),
    Index("network_edge_line_idx", "line", postgresql_using="gist"),
)

closure = Table(
    "closure",
    metadata,
    Column("id", Uuid, primary_key=True, comment="made by the sender"),
    _of("area"),
    Column("named", JSONB, nullable=False, comment="what was said: edges, a kind, or a polygon with its datum"),
    Column("edges", ARRAY(Text), nullable=False, comment="the codes that this named in the network of that moment"),
    _words("name_zh"),
    _words("name_en"),
    _words("layer"),
    _words("mode"),
    Column("delay_s", Float),
    Column("factor", Float),
    _words("direction", nullable=True),
    _moment("valid_from", nullable=False),
    _moment("valid_until"),
    _words("reason"),
    _of("account", "by"),
    _moment("made_at", nullable=False),
    _moment("ended_at"),
    _of("account", "ended_by", nullable=True),
    _words("ended_reason", nullable=True),
    _version(),
    CheckConstraint("cardinality(edges) > 0", name="a_closure_closes_something"),
    CheckConstraint("layer IN ('vehicle', 'foot', 'both')", name="layer_is_known"),
    CheckConstraint("mode IN ('shut', 'slow', 'one_way', 'on_request')", name="mode_is_known"),
    CheckConstraint("direction IN ('forward', 'backward')", name="direction_is_known"),
    CheckConstraint("(mode = 'one_way') = (direction IS NOT NULL)", name="one_way_has_a_direction"),
    CheckConstraint("(mode = 'on_request') = (delay_s IS NOT NULL)", name="on_request_has_a_delay"),
    CheckConstraint("(mode = 'slow') = (factor IS NOT NULL)", name="slow_says_how_slow"),
    CheckConstraint("valid_until > valid_from", name="it_ends_after_it_begins"),
    CheckConstraint("(ended_at IS NULL) = (ended_by IS NULL)", name="ended_by_somebody"),
    Index("closure_not_ended_idx", "area", postgresql_where=text("ended_at IS NULL")),
    Index("closure_of_area_idx", "area", text("made_at DESC")),
)

area_mode = Table(
    "area_mode",
    metadata,
    Column("id", Uuid, primary_key=True, comment="made by the sender"),
    _of("area"),
    Column("number", BigInteger, nullable=False, comment="counts up per area; the highest is the present"),
    _words("mode"),
    _words("reason"),
    _of("account", "by"),
    _moment("at", nullable=False),
    _words("address", nullable=True),
    UniqueConstraint("area", "number"),
    CheckConstraint("mode IN ('live', 'shadow')", name="mode_is_known"),
    comment="How an area is run, and who switched it when: live where there is no row",
)

conditions = Table(
    "conditions",
    metadata,
    Column("id", Uuid, primary_key=True, comment="made by the sender"),
    _of("area"),
    Column("number", BigInteger, nullable=False, comment="counts up per area; the highest is the present"),
    _words("profile"),
    _words("reason"),
    _of("account", "by"),
    _moment("at", nullable=False),
    UniqueConstraint("area", "number"),
)

speeds = Table(
    "speeds",
    metadata,
    _id(),
    _of("area"),
    Column("version", Text, nullable=False, comment="geo.profile.Speeds.version"),
    Column("rows", JSONB, nullable=False, comment="the area's own rows by file; the rest is built in"),
    _moment("loaded_at", nullable=False),
    Column("current", Boolean, nullable=False),
    Index("one_current_speeds_per_area", "area", unique=True, postgresql_where=text("current")),
)

# --- people and units -----------------------------------------------------------------------------------------------

member = Table(
    "member",
    metadata,
    _id(),
    _of("area"),
    _of("team"),
    _words("code"),
    _words("name"),
    Column("capabilities", ARRAY(Text), nullable=False),
    *_sourced(),
    UniqueConstraint("area", "code"),
)

unit = Table(
    "unit",
    metadata,
    _id(),
    _of("area"),
    _of("team"),
    *_named(),
    _words("post_code"),
    Column("vehicle", Text, comment="null: on foot; car or motorbike: stands where the unit stands"),
    Column("turnout_s", Integer, nullable=False),
    _words("phone", nullable=True),
    _version(),
    *_sourced(),
    UniqueConstraint("area", "code"),
)

roster_pattern = Table(
    "roster_pattern",
    metadata,
    _id(),
    _of("area"),
    _of("unit"),
    _of("member"),
    Column("kit", ARRAY(Text), nullable=False),
    Column("cycle_days", Integer, nullable=False),
    Column("cycle_day", Integer, nullable=False, comment="days since 1970-01-01 in the area, modulo cycle_days"),
    _words("starts", nullable=False),
    Column("hours", Float, nullable=False),
    CheckConstraint("cycle_day >= 0 AND cycle_day < cycle_days", name="cycle_day_lies_in_the_cycle"),
    CheckConstraint("hours > 0 AND hours <= 24", name="a_shift_lasts_at_most_a_day"),
)

duty = Table(
    "duty",
    metadata,
    _id(),
    _of("area"),
    _of("unit"),
    _of("member"),
    Column("kit", ARRAY(Text), nullable=False),
    Column("during", TSTZRANGE, nullable=False),
    ExcludeConstraint(("member", "="), ("during", "&&"), name="one_unit_per_member_at_a_time", using="gist"),
    Index("duty_unit_during_idx", "unit", "during", postgresql_using="gist"),
)

responder = Table(
    "responder",
    metadata,
    _id(),
    _of("area"),
    *_named(),
    _words("kind"),
    _words("phone"),
    _point("point", nullable=True),
    Column("elevation_m", Float),
    _valid(),
    *_sourced(),
    UniqueConstraint("area", "code"),
)

position = Table(
    "position",
    metadata,
    Column("id", BigInteger, Identity(), primary_key=True),
    _of("unit"),
    _point("point"),
    Column("accuracy_m", Float),
    _words("source"),
    _words("datum"),
    Column("original_lon", Float, nullable=False),
    Column("original_lat", Float, nullable=False),
    _moment("device_at", nullable=False),
    _moment("at", nullable=False),
    _of("account", "by"),
    Index("position_latest_idx", "unit", text("device_at DESC")),
    _words("said_by", nullable=True),
    _words("channel", nullable=True),
    CheckConstraint("source IN ('device', 'radio')", name="source_is_known"),
    CheckConstraint("channel IN ('radio', 'phone')", name="channel_is_known"),
)

availability = Table(
    "availability",
    metadata,
    _id(),
    _of("unit"),
    Column("available", Boolean, nullable=False),
    Column("in_contact", Boolean, nullable=False),
    Column("at_post", Boolean, nullable=False),
    _words("reason", nullable=True),
    _moment("at", nullable=False),
    _of("account", "by"),
    Index("availability_latest_idx", "unit", text("at DESC")),
)

# --- rules ----------------------------------------------------------------------------------------------------------

incident_type = Table(
    "incident_type",
    metadata,
    _id(),
    _of("area"),
    *_named(),
    _words("priority"),
    *_sourced(),
    UniqueConstraint("area", "code"),
    CheckConstraint("priority IN ('P1', 'P2', 'P3', 'P4')", name="priority_is_known"),
)

run_card = Table(
    "run_card",
    metadata,
    _id(),
    _of("area"),
    _of("incident_type"),
    Column("priority", Text, comment="null: for every priority of the type"),
    Column("target_s", Integer, comment="null: no time target (a search, or refused by default)"),
    Column("needs", JSONB, nullable=False, comment="[{people, capabilities: [..]}], first tier"),
    Column("second_tier", JSONB, nullable=False, comment="[{people, capabilities: [..]}]"),
    Column("responders", ARRAY(Text), nullable=False, comment="kinds of outside responders to be told"),
    Column("auto_assign", Boolean, nullable=False, server_default=text("false")),
    *(
        Column(name, Integer, comment="null: the ladder's default")
        for name in ("deliver_s", "alarm_s", "acknowledge_s", "move_s", "on_scene_s", "check_in_s")
    ),
    Column("notes_zh", Text, nullable=False, server_default=text("''")),
    Column("notes_en", Text, nullable=False, server_default=text("''")),
    *_sourced(),
    Index(
        "one_run_card_per_type_and_priority",
        "incident_type",
        text("coalesce(priority, '')"),
        unique=True,
    ),
)

# --- who may do what -------------------------------------------------------------------------------------------------

account = Table(
    "account",
    metadata,
    _id(),
    _words("login"),
    _words("name"),
    _words("password_hash"),
    Column("language", Text, nullable=False, server_default=text("'zh'")),
    _moment("disabled_at"),
    UniqueConstraint("login"),
)

account_role = Table(
    "account_role",
    metadata,
    _id(),
    _of("account"),
    _of("area"),
    _words("role"),
    _of("unit", nullable=True),
    Column("cells", ARRAY(Text), comment="codes, which stay when the cells' rows are renewed"),
    UniqueConstraint("account", "area", "role"),
    CheckConstraint("(role = 'crew') = (unit IS NOT NULL)", name="a_crew_has_a_unit"),
    CheckConstraint("(role = 'committee') = (cells IS NOT NULL)", name="a_committee_has_cells"),
)

session = Table(
    "session",
    metadata,
    _id(),
    Column("token_hash", LargeBinary, nullable=False),
    _of("account"),
    _of("area"),
    _words("role"),
    _of("unit", nullable=True),
    Column("cells", ARRAY(Text)),
    _moment("created_at", nullable=False),
    _moment("expires_at", nullable=False),
    _moment("ended_at"),
    _words("address", nullable=True),
    UniqueConstraint("token_hash"),
)

sign_in_try = Table(
    "sign_in_try",
    metadata,
    Column("id", BigInteger, Identity(), primary_key=True),
    _moment("at", nullable=False),
    _words("address"),
    Column("login", Text, nullable=False, comment="as it was typed; empty for a one-time code"),
    _of("account", nullable=True),
    Index(None, "address", "at"),
    Index(None, "account", "at"),
    comment="Who failed to sign in, when and from where; also a try that is being looked at",
)

ticket = Table(
    "ticket",
    metadata,
    Column("hash", LargeBinary, primary_key=True),
    _of("session"),
    _moment("expires_at", nullable=False),
    _moment("used_at"),
)

one_time_code = Table(
    "one_time_code",
    metadata,
    _id(),
    Column("hash", LargeBinary, nullable=False, comment="of the secret, which is stored nowhere"),
    _of("area"),
    _of("account"),
    _words("role"),
    _of("unit", nullable=True),
    _of("account", "made_by"),
    _moment("made_at", nullable=False),
    _moment("expires_at", nullable=False),
    _moment("used_at"),
    _of("session", nullable=True),
    _words("address", nullable=True),
    UniqueConstraint("hash"),
    comment="A code that opens one session, once, for a seat of its area: who made it, and which session it opened",
)

request = Table(
    "request",
    metadata,
    Column("id", Uuid, primary_key=True, comment="made by the sender; the same id gets the same answer for 7 days"),
    _of("area"),
    _of("account", "by"),
    _words("what"),
    Column("body_hash", LargeBinary, nullable=False),
    Column("answer", JSONB, nullable=False),
    _moment("at", nullable=False),
    Index(None, "at"),
)

# --- incidents --------------------------------------------------------------------------------------------------------

exercise = Table(
    "exercise",
    metadata,
    _id(),
    _of("area"),
    _words("name"),
    _moment("starts_at", nullable=False),
    _moment("ends_at"),
    _of("account", "by"),
)

incident = Table(
    "incident",
    metadata,
    _id(),
    _of("area"),
    Column("number", Integer, nullable=False, comment="what people say on the radio; counts up per area"),
    Column("type", Uuid, ForeignKey("incident_type.id")),
    Column("priority", Text),
    _of("exercise", nullable=True),
    _words("assign"),
    Column("status", Text, nullable=False, server_default=text("'open'")),
    _words("outcome", nullable=True),
    _of("incident", "duplicate_of", nullable=True),
    _moment("reported_at", nullable=False),
    _moment("received_at", nullable=False),
    _moment("located_at"),
    _moment("closed_at"),
    Column("target_s", Integer),
    _words("target_source", nullable=True),
    Column("outlook", JSONB(none_as_null=True), comment="whether the clock will be met, while that is watched"),
    _moment("confirmed_at"),
    Column("transferred_to", Text, comment="who has it now, where it was handed to others"),
    _of("committee", "owner", nullable=True),
    Column("entered_late_at", DateTime(timezone=True), comment="when it was entered, where that was after its end"),
    Column(
        "shadow",
        Boolean,
        nullable=False,
        server_default=text("false"),
        comment="taken while the area was in shadow: nobody is commanded to it",
    ),
    _of("account", "by"),
    _version(),
    UniqueConstraint("area", "number"),
    CheckConstraint("NOT shadow OR exercise IS NULL", name="a_drill_is_no_shadow"),
    Index("incident_shadow_idx", "area", "reported_at", postgresql_where=text("shadow")),
    CheckConstraint("status IN ('open', 'closed')", name="status_is_known"),
    CheckConstraint("(status = 'closed') = (closed_at IS NOT NULL)", name="closed_has_a_time"),
    CheckConstraint("(status = 'closed') = (outcome IS NOT NULL)", name="closed_has_an_outcome"),
    CheckConstraint("priority IN ('P1', 'P2', 'P3', 'P4')", name="priority_is_known"),
    CheckConstraint("assign IN ('auto', 'recommend')", name="assign_is_known"),
    Index("incident_open_idx", "area", postgresql_where=text("status = 'open'")),
    Index("incident_closed_idx", "area", "closed_at", postgresql_where=text("status = 'closed'")),
)

incident_link = Table(
    "incident_link",
    metadata,
    Column("id", Uuid, primary_key=True, comment="made by the sender"),
    _of("area"),
    _of("incident"),
    _of("incident", "same_as"),
    _words("note", nullable=True),
    _words("said_by", nullable=True),
    _of("account", "by"),
    _moment("made_at", nullable=False),
    _moment("ended_at"),
    _of("account", "ended_by", nullable=True),
    _words("ended_reason", nullable=True),
    CheckConstraint("incident <> same_as", name="two_incidents_are_linked"),
    CheckConstraint("(ended_at IS NULL) = (ended_by IS NULL)", name="ended_by_somebody"),
    Index(
        "one_standing_link_of_two",
        text("least(incident, same_as)"),
        text("greatest(incident, same_as)"),
        unique=True,
        postgresql_where=text("ended_at IS NULL"),
    ),
    Index(None, "incident"),
    Index(None, "same_as"),
    comment="Two incidents that somebody says are one event; both stay as they are, with their reports and callers",
)

report = Table(
    "report",
    metadata,
    _id(),
    _of("area"),
    _of("incident", nullable=True),
    _of("exercise", nullable=True),
    _words("channel"),
    _words("caller_name", nullable=True),
    _words("caller_phone", nullable=True),
    _words("caller_language", nullable=True),
    _words("note", nullable=True),
    Column("location_given", JSONB(none_as_null=True)),
    _moment("device_at"),
    _moment("received_at", nullable=False),
    _of("account", "by"),
    _version(),
    Index(None, "incident"),
    Index(None, "area", "caller_phone"),
    Index(None, "area", "received_at"),
)

incident_place = Table(
    "incident_place",
    metadata,
    _id(),
    _of("area"),
    _of("incident"),
    _of("report", nullable=True),
    _words("source"),
    Column("given", JSONB, nullable=False),
    _words("datum", nullable=True),
    Column("original_lon", Float),
    Column("original_lat", Float),
    _point("point", nullable=True),
    Column("accuracy_m", Float),
    _words("words", nullable=True),
    _words("name_zh", nullable=True),
    _words("name_en", nullable=True),
    _of("cell", nullable=True),
    Column("outside_area", Boolean, nullable=False, server_default=text("false")),
    _words("edge", nullable=True),
    Column("offset_m", Float),
    _point("snapped", nullable=True),
    Column("snap_distance_m", Float),
    Column("alternatives", JSONB, nullable=False, server_default=text("'[]'")),
    Column("current", Boolean, nullable=False),
    _moment("at", nullable=False),
    _of("account", "by"),
    Index("one_current_place_per_incident", "incident", unique=True, postgresql_where=text("current")),
)

evacuation = Table(
    "evacuation",
    metadata,
    Column("incident", Uuid, ForeignKey("incident.id"), primary_key=True),
    _of("area"),
    Column("patients", Integer, nullable=False),
    _point("rendezvous", nullable=True),
    _words("rendezvous_zh", nullable=True),
    _words("rendezvous_en", nullable=True),
    Column("legs", JSONB, nullable=False, server_default=text("'[]'"), comment="the way there with a stretcher"),
    Column("travel_s", Float, comment="null: no rendezvous yet, or no way there"),
    Column("on_foot_m", Float, nullable=False, server_default=text("0")),
    Column("stairs_m", Float, nullable=False, server_default=text("0")),
    Column("lifts", ARRAY(Text), nullable=False, server_default=text("'{}'"), comment="edges that are ridden"),
    _of("responder", "hospital", nullable=True),
    _moment("told_at"),
    Column("told_who", Text, comment="who took the call at the hospital"),
    _of("account", "by"),
    _moment("at", nullable=False),
    CheckConstraint("patients BETWEEN 0 AND 999", name="patients_are_counted"),
    CheckConstraint("(told_at IS NULL) = (told_who IS NULL)", name="told_somebody"),
    CheckConstraint("told_at IS NULL OR hospital IS NOT NULL", name="a_hospital_is_told"),
    comment="How an incident's patients get out; one plan for each incident, its past in the timeline",
)

departure = Table(
    "departure",
    metadata,
    Column("id", Uuid, primary_key=True, comment="made by the sender"),
    _of("area"),
    _of("incident"),
    _of("unit", nullable=True),
    _of("squad", nullable=True),
    Column("name", Text, comment="who went, where that is no unit and no squad of the area"),
    _moment("went_at", nullable=False),
    _moment("at_patient_at"),
    _moment("handed_over_at"),
    Column("channel", Text, nullable=False, comment="how the operator learned of it"),
    _words("said_by", nullable=True),
    _of("account", "by"),
    _moment("at", nullable=False),
    _words("address", nullable=True),
    _moment("withdrawn_at"),
    _of("account", "withdrawn_by", nullable=True),
    CheckConstraint("num_nonnulls(unit, squad, name) = 1", name="a_unit_a_squad_or_others"),
    CheckConstraint("(withdrawn_at IS NULL) = (withdrawn_by IS NULL)", name="withdrawn_by_somebody"),
    Index(None, "incident"),
    Index("departure_unit_idx", "unit", postgresql_where=text("withdrawn_at IS NULL")),
    Index("departure_squad_idx", "squad", postgresql_where=text("withdrawn_at IS NULL")),
    Index(
        "a_unit_goes_to_an_incident_once",
        "incident",
        "unit",
        unique=True,
        postgresql_where=text("withdrawn_at IS NULL"),
    ),
    comment="Who went to an incident by word of mouth: units in shadow mode, squads of committees, others; no device is"
    " told of it",
)

lift_request = Table(
    "lift_request",
    metadata,
    Column("id", Uuid, primary_key=True, comment="made by the sender"),
    _of("area"),
    _of("incident"),
    _words("edge"),
    _words("name_zh"),
    _words("name_en"),
    _words("wish"),
    Column("asked_of", Text, comment="who was asked, as a person said"),
    _words("note", nullable=True),
    _moment("asked_at", nullable=False),
    _of("account", "asked_by"),
    Column("granted", Boolean, comment="null: not answered yet"),
    _moment("answered_at"),
    Column("answered_who", Text, comment="who answered"),
    _words("answer_note", nullable=True),
    _of("account", "answered_by", nullable=True),
    CheckConstraint("wish IN ('hold', 'open')", name="wish_is_known"),
    CheckConstraint("(answered_at IS NULL) = (granted IS NULL)", name="answered_has_a_time"),
    CheckConstraint("(answered_at IS NULL) = (answered_by IS NULL)", name="answered_by_somebody"),
    Index(None, "incident"),
    comment="A lift or cableway asked to hold or to open for a patient: asked, granted or refused, by whom and when",
)

decision = Table(
    "decision",
    metadata,
    _id(),
    _of("area"),
    _of("incident"),
    _moment("at", nullable=False),
    Column("network_version", JSONB, nullable=False),
    _words("code_version"),
    Column("inputs", JSONB, nullable=False),
    Column("result", JSONB, nullable=False),
    _of("account", "by"),
    Index(None, "incident"),
)

assignment = Table(
    "assignment",
    metadata,
    _id(),
    _of("area"),
    _of("incident"),
    _of("unit"),
    Column("kind", Text, nullable=False, server_default=text("'incident'")),
    _of("exercise", nullable=True),
    _of("decision", nullable=True),
    Column("late", Boolean, nullable=False, server_default=text("false"), comment="entered after its end"),
    _words("reason", nullable=True),
    Column("state", Text, nullable=False, server_default=text("'assigned'")),
    Column("medical", Boolean, nullable=False),
    Column("people", Integer, nullable=False),
    Column("eta_s", Float),
    Column("legs", JSONB, nullable=False, server_default=text("'[]'")),
    _moment("assigned_at", nullable=False),
    _moment("delivered_at"),
    _moment("alarmed_at"),
    _moment("help_asked_at"),
    _moment("acknowledged_at"),
    _moment("en_route_at"),
    _moment("on_scene_at"),
    Column(
        "near_patient_at",
        DateTime(timezone=True),
        comment="when the unit was first near the patient by its own positions; proposes at_patient_at",
    ),
    _moment("at_patient_at"),
    _moment("moving_at"),
    _moment("handed_over_at"),
    _moment("ended_at"),
    _words("ended_reason", nullable=True),
    _of("account", "by"),
    _version(),
    CheckConstraint("kind IN ('incident', 'next', 'move_up')", name="kind_is_known"),
    CheckConstraint(
        "state IN ('assigned', 'acknowledged', 'en_route', 'on_scene', 'at_patient', 'moving', 'handed_over',"
        " 'cleared', 'declined', 'timed_out', 'revoked')",
        name="state_is_known",
    ),
    CheckConstraint(
        "(ended_at IS NOT NULL) = (state IN ('cleared', 'declined', 'timed_out', 'revoked'))",
        name="ended_has_a_time",
    ),
    CheckConstraint("(decision IS NULL) = late", name="sent_by_a_decision_or_entered_late"),
    CheckConstraint("NOT late OR ended_at IS NOT NULL", name="entered_late_is_over"),
    Index(
        "one_open_assignment_per_unit",
        "unit",
        unique=True,
        postgresql_where=text("ended_at IS NULL AND kind = 'incident'"),
    ),
    Index(None, "incident"),
    Index(None, "unit", "assigned_at"),
    Index(None, "unit", "ended_at"),
)

move_up = Table(
    "move_up",
    metadata,
    Column("id", Uuid, primary_key=True, comment="made by the sender"),
    _of("area"),
    _of("unit"),
    _of("post"),
    Column("travel_s", Float),
    Column("mends", ARRAY(Text), nullable=False, comment="the codes of the cells that it was to bring back in time"),
    _words("reason", nullable=True),
    _of("account", "by"),
    _moment("made_at", nullable=False),
    _moment("acknowledged_at"),
    _moment("en_route_at"),
    _moment("there_at"),
    _moment("ended_at"),
    _words("ended_because", nullable=True),
    _version(),
    CheckConstraint(
        "ended_because IN ('assigned', 'declined', 'called_off', 'back', 'replaced')", name="because_is_known"
    ),
    CheckConstraint("(ended_at IS NULL) = (ended_because IS NULL)", name="ended_for_a_reason"),
    Index("one_open_move_per_unit", "unit", unique=True, postgresql_where=text("ended_at IS NULL")),
    Index("move_up_of_area_idx", "area", text("made_at DESC")),
    comment="A free unit sent to stand by at another post",
)

move_up_step = Table(
    "move_up_step",
    metadata,
    Column("seq", BigInteger, Identity(), primary_key=True),
    _of("move_up"),
    _words("step"),
    _moment("at", nullable=False),
    _moment("device_at"),
    _words("note", nullable=True),
    _words("said_by", nullable=True),
    _words("channel"),
    _words("address", nullable=True),
    _of("account", "by"),
    Index(None, "move_up"),
    comment="Who said what of a move-up, when and from where; it only grows",
)

notice = Table(
    "notice",
    metadata,
    Column("id", Uuid, primary_key=True, comment="made by the sender"),
    _of("area"),
    _words("text"),
    Column("photo", LargeBinary),
    _words("photo_type", nullable=True),
    Column("audience", JSONB, nullable=False, comment="as it was said: all, or codes of teams, cells, posts"),
    _moment("until", nullable=False),
    _of("account", "by"),
    _moment("made_at", nullable=False),
    _words("address", nullable=True),
    _moment("ended_at"),
    _of("account", "ended_by", nullable=True),
    _version(),
    CheckConstraint("(photo IS NULL) = (photo_type IS NULL)", name="a_photo_has_a_type"),
    CheckConstraint("until > made_at", name="it_ends_after_it_begins"),
    CheckConstraint("(ended_at IS NULL) = (ended_by IS NULL)", name="ended_by_somebody"),
    Index("notice_of_area_idx", "area", text("made_at DESC")),
)

notice_unit = Table(
    "notice_unit",
    metadata,
    Column("notice", Uuid, ForeignKey("notice.id"), primary_key=True),
    Column("unit", Uuid, ForeignKey("unit.id"), primary_key=True),
    _moment("delivered_at"),
    _moment("seen_at"),
    _of("account", "seen_by", nullable=True),
    CheckConstraint("(seen_at IS NULL) = (seen_by IS NULL)", name="seen_by_somebody"),
    Index("notice_unit_undelivered_idx", "unit", postgresql_where=text("delivered_at IS NULL")),
    comment="The units that a notice is for",
)

incident_log = Table(
    "incident_log",
    metadata,
    Column("seq", BigInteger, Identity(), primary_key=True),
    _of("area"),
    _of("incident"),
    _of("assignment", nullable=True),
    _of("unit", nullable=True),
    _words("step"),
    _moment("at", nullable=False),
    Column("device_at", DateTime(timezone=True), comment="the device's clock as it said"),
    Column("corrected_at", DateTime(timezone=True), comment="the device's time by the server's clock"),
    _of("account", "by", nullable=True),
    _words("channel"),
    _words("address", nullable=True),
    Column("body", JSONB, nullable=False),
    Index(None, "incident", "seq"),
)

# --- chasing: what has not happened in time ---------------------------------------------------------------------------

timer = Table(
    "timer",
    metadata,
    Column("kind", Text, primary_key=True),
    Column("thing", Uuid, primary_key=True),
    _of("area"),
    Column("incident", Uuid, ForeignKey("incident.id"), nullable=False, comment="locked by who fires or moves it"),
    _moment("due_at", nullable=False),
    Index(None, "due_at"),
    Index(None, "incident"),
    CheckConstraint("kind IN ('assignment', 'incident')", name="kind_is_known"),
    comment="When to look at a thing again; one for each thing, moved by every change of it",
)

alarm = Table(
    "alarm",
    metadata,
    _id(),
    _of("area"),
    _of("incident"),
    _of("assignment", nullable=True),
    _of("unit", nullable=True),
    _of("exercise", nullable=True),
    _words("what"),
    _moment("due_at", nullable=False),
    _moment("raised_at", nullable=False),
    Column("stale", Boolean, nullable=False, comment="raised so late that nothing was done by itself"),
    Column("offer", JSONB(none_as_null=True), comment="another unit to send, with the decision that says so"),
    _moment("ended_at"),
    Column("ended_by", Text, comment="the step that answered it, or position"),
    _version(),
    CheckConstraint("(ended_at IS NULL) = (ended_by IS NULL)", name="ended_by_something"),
    Index(
        "one_standing_alarm_of_a_kind",
        "incident",
        text("coalesce(assignment, incident)"),
        "what",
        unique=True,
        postgresql_where=text("ended_at IS NULL"),
    ),
    Index(None, "incident"),
    Index(None, "assignment"),
)

page = Table(
    "page",
    metadata,
    _id(),
    _of("area"),
    _of("incident"),
    _of("assignment"),
    _of("unit"),
    _of("alarm"),
    Column("body", JSONB, nullable=False, comment="what the second channel is told, as it is signed and sent"),
    _moment("at", nullable=False),
    Column("next_try_at", DateTime(timezone=True), comment="by the real clock; null: sent, given up or not wanted"),
    Column("tries", Integer, nullable=False, server_default=text("0")),
    _moment("sent_at"),
    _words("failure", nullable=True),
    _moment("replied_at"),
    _words("reply", nullable=True),
    Index("page_waiting_idx", "next_try_at", postgresql_where=text("next_try_at IS NOT NULL")),
    Index("one_page_per_assignment", "assignment", unique=True),
    comment="Orders told through the second channel; an outbox that survives any process",
)

heartbeat = Table(
    "heartbeat",
    metadata,
    Column("name", Text, primary_key=True),
    _moment("at", nullable=False),
    _words("process"),
    comment="When each kind of work that must never stop was last seen at work, by the real clock",
)

clock = Table(
    "clock",
    metadata,
    Column("one", Boolean, primary_key=True, server_default=text("true")),
    Column("drill", Boolean, nullable=False, server_default=text("false")),
    Column("real_from", DateTime(timezone=True)),
    Column("told_from", DateTime(timezone=True)),
    Column("speed", Float, nullable=False, server_default=text("1")),
    CheckConstraint("one", name="there_is_one_clock"),
    CheckConstraint("drill OR (real_from IS NULL AND told_from IS NULL AND speed = 1)", name="only_a_drill_shifts"),
    comment="The one source of server time: the database's, shifted only on a database marked as drill",
)
