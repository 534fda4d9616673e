"""The first tables, as sql/tables.py describes them."""

import sqlalchemy as sa
from alembic import op
from geoalchemy2 import Geometry
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("CREATE EXTENSION IF NOT EXISTS postgis")
    op.execute("CREATE EXTENSION IF NOT EXISTS btree_gist")
    op.create_table(
        "account",
        sa.Column("id", sa.Uuid(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column("login", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("password_hash", sa.Text(), nullable=False),
        sa.Column("language", sa.Text(), server_default=sa.text("'zh'"), nullable=False),
        sa.Column("disabled_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("account_pkey")),
        sa.UniqueConstraint("login", name=op.f("account_login_key")),
    )
    op.create_geospatial_table(
        "area",
        sa.Column("id", sa.Uuid(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("name_zh", sa.Text(), nullable=False),
        sa.Column("name_en", sa.Text(), nullable=False),
        sa.Column("time_zone", sa.Text(), nullable=False),
        sa.Column("srid", sa.Integer(), nullable=False),
        sa.Column("languages", sa.ARRAY(sa.Text()), nullable=False),
        sa.Column(
            "boundary",
            Geometry(
                geometry_type="MULTIPOLYGON",
                srid=4326,
                dimension=2,
                spatial_index=False,
                from_text="ST_GeomFromEWKT",
                name="geometry",
                nullable=False,
            ),
            nullable=False,
        ),
        sa.Column("target_s", sa.Integer(), server_default=sa.text("600"), nullable=False),
        sa.Column("allowance_s", sa.Integer(), server_default=sa.text("60"), nullable=False),
        sa.Column("next_incident_number", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.Column("source", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("confidence", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("illustrative", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("area_pkey")),
        sa.UniqueConstraint("code", name=op.f("area_code_key")),
    )
    op.create_table(
        "clock",
        sa.Column("one", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.Column("drill", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("real_from", sa.DateTime(timezone=True), nullable=True),
        sa.Column("told_from", sa.DateTime(timezone=True), nullable=True),
        sa.Column("speed", sa.Float(), server_default=sa.text("1"), nullable=False),
        sa.CheckConstraint(
            "drill OR (real_from IS NULL AND told_from IS NULL AND speed = 1)",
            name=op.f("clock_only_a_drill_shifts_check"),
        ),
        sa.CheckConstraint("one", name=op.f("clock_there_is_one_clock_check")),
        sa.PrimaryKeyConstraint("one", name=op.f("clock_pkey")),
        comment="The one source of server time: the database's, shifted only on a database marked as drill",
    )
    op.create_geospatial_table(
        "call_point",
        sa.Column("id", sa.Uuid(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column("area", sa.Uuid(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("name_zh", sa.Text(), nullable=False),
        sa.Column("name_en", sa.Text(), nullable=False),
        sa.Column("cell_code", sa.Text(), nullable=False),
        sa.Column(
            "point",
            Geometry(
                geometry_type="POINT",
                srid=4326,
                dimension=2,
                spatial_index=False,
                from_text="ST_GeomFromEWKT",
                name="geometry",
                nullable=False,
            ),
            nullable=False,
        ),
        sa.Column("elevation_m", sa.Float(), nullable=True),
        sa.Column("source", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("confidence", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("illustrative", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.ForeignKeyConstraint(["area"], ["area.id"], name=op.f("call_point_area_fkey")),
        sa.PrimaryKeyConstraint("id", name=op.f("call_point_pkey")),
        sa.UniqueConstraint("area", "code", name=op.f("call_point_area_code_key")),
    )
    op.create_table(
        "committee",
        sa.Column("id", sa.Uuid(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column("area", sa.Uuid(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("name_zh", sa.Text(), nullable=False),
        sa.Column("name_en", sa.Text(), nullable=False),
        sa.Column("phone", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("confidence", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("illustrative", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.ForeignKeyConstraint(["area"], ["area.id"], name=op.f("committee_area_fkey")),
        sa.PrimaryKeyConstraint("id", name=op.f("committee_pkey")),
        sa.UniqueConstraint("area", "code", name=op.f("committee_area_code_key")),
    )
    op.create_table(
        "exercise",
        sa.Column("id", sa.Uuid(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column("area", sa.Uuid(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("by", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["area"], ["area.id"], name=op.f("exercise_area_fkey")),
        sa.ForeignKeyConstraint(["by"], ["account.id"], name=op.f("exercise_by_fkey")),
        sa.PrimaryKeyConstraint("id", name=op.f("exercise_pkey")),
    )
    op.create_table(
        "incident_type",
        sa.Column("id", sa.Uuid(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column("area", sa.Uuid(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("name_zh", sa.Text(), nullable=False),
        sa.Column("name_en", sa.Text(), nullable=False),
        sa.Column("priority", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("confidence", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("illustrative", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.CheckConstraint("priority IN ('P1', 'P2', 'P3', 'P4')", name=op.f("incident_type_priority_is_known_check")),
        sa.ForeignKeyConstraint(["area"], ["area.id"], name=op.f("incident_type_area_fkey")),
        sa.PrimaryKeyConstraint("id", name=op.f("incident_type_pkey")),
        sa.UniqueConstraint("area", "code", name=op.f("incident_type_area_code_key")),
    )
    op.create_table(
        "network",
        sa.Column("id", sa.Uuid(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column("area", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Text(), nullable=False),
        sa.Column(
            "closures",
            sa.BigInteger(),
            server_default=sa.text("0"),
            nullable=False,
            comment="counts changes of closures",
        ),
        sa.Column("loaded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("current", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["area"], ["area.id"], name=op.f("network_area_fkey")),
        sa.PrimaryKeyConstraint("id", name=op.f("network_pkey")),
    )
    op.create_index(
        "one_current_network_per_area", "network", ["area"], unique=True, postgresql_where=sa.text("current")
    )
    op.create_geospatial_table(
        "place",
        sa.Column("id", sa.Uuid(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column("area", sa.Uuid(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("name_zh", sa.Text(), nullable=False),
        sa.Column("name_en", sa.Text(), nullable=False),
        sa.Column("aliases", sa.ARRAY(sa.Text()), server_default=sa.text("'{}'"), nullable=False),
        sa.Column(
            "point",
            Geometry(
                geometry_type="POINT",
                srid=4326,
                dimension=2,
                spatial_index=False,
                from_text="ST_GeomFromEWKT",
                name="geometry",
                nullable=False,
            ),
            nullable=False,
        ),
        sa.Column("elevation_m", sa.Float(), nullable=True),
        sa.Column("source", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("confidence", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("illustrative", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.ForeignKeyConstraint(["area"], ["area.id"], name=op.f("place_area_fkey")),
        sa.PrimaryKeyConstraint("id", name=op.f("place_pkey")),
        sa.UniqueConstraint("area", "code", name=op.f("place_area_code_key")),
    )
    op.create_table(
        "request",
        sa.Column(
            "id", sa.Uuid(), nullable=False, comment="made by the sender; the same id gets the same answer for 7 days"
        ),
        sa.Column("area", sa.Uuid(), nullable=False),
        sa.Column("by", sa.Uuid(), nullable=False),
        sa.Column("what", sa.Text(), nullable=False),
        sa.Column("body_hash", sa.LargeBinary(), nullable=False),
        sa.Column("answer", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["area"], ["area.id"], name=op.f("request_area_fkey")),
        sa.ForeignKeyConstraint(["by"], ["account.id"], name=op.f("request_by_fkey")),
        sa.PrimaryKeyConstraint("id", name=op.f("request_pkey")),
    )
    op.create_index(op.f("request_at_idx"), "request", ["at"], unique=False)
    op.create_geospatial_table(
        "responder",
        sa.Column("id", sa.Uuid(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column("area", sa.Uuid(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("name_zh", sa.Text(), nullable=False),
        sa.Column("name_en", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("phone", sa.Text(), nullable=False),
        sa.Column(
            "point",
            Geometry(
                geometry_type="POINT",
                srid=4326,
                dimension=2,
                spatial_index=False,
                from_text="ST_GeomFromEWKT",
                name="geometry",
            ),
            nullable=True,
        ),
        sa.Column("elevation_m", sa.Float(), nullable=True),
        sa.Column("valid", postgresql.DATERANGE(), server_default=sa.text("daterange(NULL, NULL)"), nullable=False),
        sa.Column("source", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("confidence", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("illustrative", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.ForeignKeyConstraint(["area"], ["area.id"], name=op.f("responder_area_fkey")),
        sa.PrimaryKeyConstraint("id", name=op.f("responder_pkey")),
        sa.UniqueConstraint("area", "code", name=op.f("responder_area_code_key")),
    )
    op.create_table(
        "team",
        sa.Column("id", sa.Uuid(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column("area", sa.Uuid(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("name_zh", sa.Text(), nullable=False),
        sa.Column("name_en", sa.Text(), nullable=False),
        sa.Column("members", sa.Integer(), nullable=False),
        sa.Column("phone", sa.Text(), nullable=True),
        sa.Column("source", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("confidence", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("illustrative", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.ForeignKeyConstraint(["area"], ["area.id"], name=op.f("team_area_fkey")),
        sa.PrimaryKeyConstraint("id", name=op.f("team_pkey")),
        sa.UniqueConstraint("area", "code", name=op.f("team_area_code_key")),
    )
    op.create_table(
        "grid",
        sa.Column("id", sa.Uuid(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column("area", sa.Uuid(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("name_zh", sa.Text(), nullable=False),
        sa.Column("name_en", sa.Text(), nullable=False),
        sa.Column("team", sa.Uuid(), nullable=False),
        sa.Column("source", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("confidence", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("illustrative", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.ForeignKeyConstraint(["area"], ["area.id"], name=op.f("grid_area_fkey")),
        sa.ForeignKeyConstraint(["team"], ["team.id"], name=op.f("grid_team_fkey")),
        sa.PrimaryKeyConstraint("id", name=op.f("grid_pkey")),
        sa.UniqueConstraint("area", "code", name=op.f("grid_area_code_key")),
    )
    op.create_table(
        "incident",
        sa.Column("id", sa.Uuid(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column("area", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False, comment="what people say on the radio; counts up per area"),
        sa.Column("type", sa.Uuid(), nullable=True),
        sa.Column("priority", sa.Text(), nullable=True),
        sa.Column("exercise", sa.Uuid(), nullable=True),
        sa.Column("assign", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), server_default=sa.text("'open'"), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=True),
        sa.Column("duplicate_of", sa.Uuid(), nullable=True),
        sa.Column("reported_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("located_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("target_s", sa.Integer(), nullable=True),
        sa.Column("target_source", sa.Text(), nullable=True),
        sa.Column("by", sa.Uuid(), nullable=False),
        sa.Column("version", sa.BigInteger(), server_default=sa.text("1"), nullable=False),
        sa.CheckConstraint(
            "(status = 'closed') = (closed_at IS NOT NULL)", name=op.f("incident_closed_has_a_time_check")
        ),
        sa.CheckConstraint(
            "(status = 'closed') = (outcome IS NOT NULL)", name=op.f("incident_closed_has_an_outcome_check")
        ),
        sa.CheckConstraint("assign IN ('auto', 'recommend')", name=op.f("incident_assign_is_known_check")),
        sa.CheckConstraint("priority IN ('P1', 'P2', 'P3', 'P4')", name=op.f("incident_priority_is_known_check")),
        sa.CheckConstraint("status IN ('open', 'closed')", name=op.f("incident_status_is_known_check")),
        sa.ForeignKeyConstraint(["area"], ["area.id"], name=op.f("incident_area_fkey")),
        sa.ForeignKeyConstraint(["by"], ["account.id"], name=op.f("incident_by_fkey")),
        sa.ForeignKeyConstraint(["duplicate_of"], ["incident.id"], name=op.f("incident_duplicate_of_fkey")),
        sa.ForeignKeyConstraint(["exercise"], ["exercise.id"], name=op.f("incident_exercise_fkey")),
        sa.ForeignKeyConstraint(["type"], ["incident_type.id"], name=op.f("incident_type_fkey")),
        sa.PrimaryKeyConstraint("id", name=op.f("incident_pkey")),
        sa.UniqueConstraint("area", "number", name=op.f("incident_area_number_key")),
    )
    op.create_index(
        "incident_open_idx", "incident", ["area"], unique=False, postgresql_where=sa.text("status = 'open'")
    )
    op.create_table(
        "member",
        sa.Column("id", sa.Uuid(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column("area", sa.Uuid(), nullable=False),
        sa.Column("team", sa.Uuid(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("capabilities", sa.ARRAY(sa.Text()), nullable=False),
        sa.Column("source", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("confidence", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("illustrative", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.ForeignKeyConstraint(["area"], ["area.id"], name=op.f("member_area_fkey")),
        sa.ForeignKeyConstraint(["team"], ["team.id"], name=op.f("member_team_fkey")),
        sa.PrimaryKeyConstraint("id", name=op.f("member_pkey")),
        sa.UniqueConstraint("area", "code", name=op.f("member_area_code_key")),
    )
    op.create_geospatial_table(
        "network_edge",
        sa.Column("network", sa.Uuid(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("from_node", sa.Text(), nullable=False),
        sa.Column("to_node", sa.Text(), nullable=False),
        sa.Column("edge_class", sa.Text(), nullable=False),
        sa.Column("length_m", sa.Float(), nullable=False),
        sa.Column("ascent_m", sa.Float(), nullable=False),
        sa.Column("descent_m", sa.Float(), nullable=False),
        sa.Column(
            "line",
            Geometry(
                geometry_type="LINESTRING",
                srid=4326,
                dimension=2,
                spatial_index=False,
                from_text="ST_GeomFromEWKT",
                name="geometry",
                nullable=False,
            ),
            nullable=False,
        ),
        sa.Column("name_zh", sa.Text(), nullable=True),
        sa.Column("name_en", sa.Text(), nullable=True),
        sa.Column(
            "lift",
            postgresql.JSONB(none_as_null=True, astext_type=sa.Text()),
            nullable=True,
            comment="geo.network.Lift, for a lift",
        ),
        sa.Column("source", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("confidence", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("illustrative", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.ForeignKeyConstraint(["network"], ["network.id"], name=op.f("network_edge_network_fkey")),
        sa.PrimaryKeyConstraint("network", "code", name=op.f("network_edge_pkey")),
    )
    op.create_geospatial_index(
        "network_edge_line_idx", "network_edge", ["line"], unique=False, postgresql_using="gist", postgresql_ops={}
    )
    op.create_geospatial_table(
        "network_node",
        sa.Column("network", sa.Uuid(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column(
            "point",
            Geometry(
                geometry_type="POINT",
                srid=4326,
                dimension=2,
                spatial_index=False,
                from_text="ST_GeomFromEWKT",
                name="geometry",
                nullable=False,
            ),
            nullable=False,
        ),
        sa.Column("elevation_m", sa.Float(), nullable=True),
        sa.Column("name_zh", sa.Text(), nullable=True),
        sa.Column("name_en", sa.Text(), nullable=True),
        sa.Column("source", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("confidence", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("illustrative", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.ForeignKeyConstraint(["network"], ["network.id"], name=op.f("network_node_network_fkey")),
        sa.PrimaryKeyConstraint("network", "code", name=op.f("network_node_pkey")),
    )
    op.create_geospatial_table(
        "post",
        sa.Column("id", sa.Uuid(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column("area", sa.Uuid(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("name_zh", sa.Text(), nullable=False),
        sa.Column("name_en", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("team", sa.Uuid(), nullable=True),
        sa.Column(
            "point",
            Geometry(
                geometry_type="POINT",
                srid=4326,
                dimension=2,
                spatial_index=False,
                from_text="ST_GeomFromEWKT",
                name="geometry",
                nullable=False,
            ),
            nullable=False,
        ),
        sa.Column("elevation_m", sa.Float(), nullable=True),
        sa.Column("phone", sa.Text(), nullable=True),
        sa.Column("valid", postgresql.DATERANGE(), server_default=sa.text("daterange(NULL, NULL)"), nullable=False),
        sa.Column("source", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("confidence", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("illustrative", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        postgresql.ExcludeConstraint(
            (sa.column("area"), "="),
            (sa.column("code"), "="),
            (sa.column("valid"), "&&"),
            using="gist",
            name="one_post_per_code_at_a_time",
        ),
        sa.ForeignKeyConstraint(["area"], ["area.id"], name=op.f("post_area_fkey")),
        sa.ForeignKeyConstraint(["team"], ["team.id"], name=op.f("post_team_fkey")),
        sa.PrimaryKeyConstraint("id", name=op.f("post_pkey")),
    )
    op.create_table(
        "run_card",
        sa.Column("id", sa.Uuid(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column("area", sa.Uuid(), nullable=False),
        sa.Column("incident_type", sa.Uuid(), nullable=False),
        sa.Column("priority", sa.Text(), nullable=True, comment="null: for every priority of the type"),
        sa.Column(
            "target_s", sa.Integer(), nullable=True, comment="null: no time target (a search, or refused by default)"
        ),
        sa.Column(
            "needs",
            postgresql.JSONB(astext_type=sa.Text()),
            nullable=False,
            comment="[{people, capabilities: [..]}], first tier",
        ),
        sa.Column(
            "second_tier",
            postgresql.JSONB(astext_type=sa.Text()),
            nullable=False,
            comment="[{people, capabilities: [..]}]",
        ),
        sa.Column("responders", sa.ARRAY(sa.Text()), nullable=False, comment="kinds of outside responders to be told"),
        sa.Column("auto_assign", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("notes_zh", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("notes_en", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("source", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("confidence", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("illustrative", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.ForeignKeyConstraint(["area"], ["area.id"], name=op.f("run_card_area_fkey")),
        sa.ForeignKeyConstraint(["incident_type"], ["incident_type.id"], name=op.f("run_card_incident_type_fkey")),
        sa.PrimaryKeyConstraint("id", name=op.f("run_card_pkey")),
    )
    op.create_index(
        "one_run_card_per_type_and_priority",
        "run_card",
        ["incident_type", sa.literal_column("coalesce(priority, '')")],
        unique=True,
    )
    op.create_table(
        "squad",
        sa.Column("id", sa.Uuid(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column("area", sa.Uuid(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("name_zh", sa.Text(), nullable=False),
        sa.Column("name_en", sa.Text(), nullable=False),
        sa.Column("committee", sa.Uuid(), nullable=True),
        sa.Column("team", sa.Uuid(), nullable=True),
        sa.Column("phone", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("confidence", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("illustrative", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.ForeignKeyConstraint(["area"], ["area.id"], name=op.f("squad_area_fkey")),
        sa.ForeignKeyConstraint(["committee"], ["committee.id"], name=op.f("squad_committee_fkey")),
        sa.ForeignKeyConstraint(["team"], ["team.id"], name=op.f("squad_team_fkey")),
        sa.PrimaryKeyConstraint("id", name=op.f("squad_pkey")),
        sa.UniqueConstraint("area", "code", name=op.f("squad_area_code_key")),
    )
    op.create_table(
        "unit",
        sa.Column("id", sa.Uuid(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column("area", sa.Uuid(), nullable=False),
        sa.Column("team", sa.Uuid(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("name_zh", sa.Text(), nullable=False),
        sa.Column("name_en", sa.Text(), nullable=False),
        sa.Column("post_code", sa.Text(), nullable=False),
        sa.Column(
            "vehicle", sa.Text(), nullable=True, comment="null: on foot; car or motorbike: stands where the unit stands"
        ),
        sa.Column("turnout_s", sa.Integer(), nullable=False),
        sa.Column("phone", sa.Text(), nullable=True),
        sa.Column("version", sa.BigInteger(), server_default=sa.text("1"), nullable=False),
        sa.Column("source", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("confidence", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("illustrative", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.ForeignKeyConstraint(["area"], ["area.id"], name=op.f("unit_area_fkey")),
        sa.ForeignKeyConstraint(["team"], ["team.id"], name=op.f("unit_team_fkey")),
        sa.PrimaryKeyConstraint("id", name=op.f("unit_pkey")),
        sa.UniqueConstraint("area", "code", name=op.f("unit_area_code_key")),
    )
    op.create_table(
        "account_role",
        sa.Column("id", sa.Uuid(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column("account", sa.Uuid(), nullable=False),
        sa.Column("area", sa.Uuid(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("unit", sa.Uuid(), nullable=True),
        sa.Column("cells", sa.ARRAY(sa.Text()), nullable=True),
        sa.CheckConstraint("(role = 'crew') = (unit IS NOT NULL)", name=op.f("account_role_a_crew_has_a_unit_check")),
        sa.ForeignKeyConstraint(["account"], ["account.id"], name=op.f("account_role_account_fkey")),
        sa.ForeignKeyConstraint(["area"], ["area.id"], name=op.f("account_role_area_fkey")),
        sa.ForeignKeyConstraint(["unit"], ["unit.id"], name=op.f("account_role_unit_fkey")),
        sa.PrimaryKeyConstraint("id", name=op.f("account_role_pkey")),
        sa.UniqueConstraint("account", "area", "role", name=op.f("account_role_account_area_role_key")),
    )
    op.create_table(
        "availability",
        sa.Column("id", sa.Uuid(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column("unit", sa.Uuid(), nullable=False),
        sa.Column("available", sa.Boolean(), nullable=False),
        sa.Column("in_contact", sa.Boolean(), nullable=False),
        sa.Column("at_post", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["by"], ["account.id"], name=op.f("availability_by_fkey")),
        sa.ForeignKeyConstraint(["unit"], ["unit.id"], name=op.f("availability_unit_fkey")),
        sa.PrimaryKeyConstraint("id", name=op.f("availability_pkey")),
    )
    op.create_index("availability_latest_idx", "availability", ["unit", sa.literal_column("at DESC")], unique=False)
    op.create_geospatial_table(
        "cell",
        sa.Column("id", sa.Uuid(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column("area", sa.Uuid(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("name_zh", sa.Text(), nullable=False),
        sa.Column("name_en", sa.Text(), nullable=False),
        sa.Column("grid", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("code_status", sa.Text(), nullable=False),
        sa.Column(
            "geom",
            Geometry(
                geometry_type="MULTIPOLYGON",
                srid=4326,
                dimension=2,
                spatial_index=False,
                from_text="ST_GeomFromEWKT",
                name="geometry",
                nullable=False,
            ),
            nullable=False,
        ),
        sa.Column("target_s", sa.Integer(), nullable=True),
        sa.Column("target_source", sa.Text(), nullable=True),
        sa.Column("valid", postgresql.DATERANGE(), server_default=sa.text("daterange(NULL, NULL)"), nullable=False),
        sa.Column("source", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("confidence", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("illustrative", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        postgresql.ExcludeConstraint(
            (sa.column("area"), "="),
            (sa.column("code"), "="),
            (sa.column("valid"), "&&"),
            using="gist",
            name="one_cell_per_code_at_a_time",
        ),
        sa.ForeignKeyConstraint(["area"], ["area.id"], name=op.f("cell_area_fkey")),
        sa.ForeignKeyConstraint(["grid"], ["grid.id"], name=op.f("cell_grid_fkey")),
        sa.PrimaryKeyConstraint("id", name=op.f("cell_pkey")),
    )
    op.create_geospatial_index(
        "cell_geom_idx", "cell", ["geom"], unique=False, postgresql_using="gist", postgresql_ops={}
    )
    op.create_table(
        "decision",
        sa.Column("id", sa.Uuid(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column("area", sa.Uuid(), nullable=False),
        sa.Column("incident", sa.Uuid(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("network_version", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("code_version", sa.Text(), nullable=False),
        sa.Column("inputs", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("result", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("by", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["area"], ["area.id"], name=op.f("decision_area_fkey")),
        sa.ForeignKeyConstraint(["by"], ["account.id"], name=op.f("decision_by_fkey")),
        sa.ForeignKeyConstraint(["incident"], ["incident.id"], name=op.f("decision_incident_fkey")),
        sa.PrimaryKeyConstraint("id", name=op.f("decision_pkey")),
    )
    op.create_index(op.f("decision_incident_idx"), "decision", ["incident"], unique=False)
    op.create_table(
        "duty",
        sa.Column("id", sa.Uuid(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column("area", sa.Uuid(), nullable=False),
        sa.Column("unit", sa.Uuid(), nullable=False),
        sa.Column("member", sa.Uuid(), nullable=False),
        sa.Column("kit", sa.ARRAY(sa.Text()), nullable=False),
        sa.Column("during", postgresql.TSTZRANGE(), nullable=False),
        postgresql.ExcludeConstraint(
            (sa.column("member"), "="), (sa.column("during"), "&&"), using="gist", name="one_unit_per_member_at_a_time"
        ),
        sa.ForeignKeyConstraint(["area"], ["area.id"], name=op.f("duty_area_fkey")),
        sa.ForeignKeyConstraint(["member"], ["member.id"], name=op.f("duty_member_fkey")),
        sa.ForeignKeyConstraint(["unit"], ["unit.id"], name=op.f("duty_unit_fkey")),
        sa.PrimaryKeyConstraint("id", name=op.f("duty_pkey")),
    )
    op.create_index("duty_unit_during_idx", "duty", ["unit", "during"], unique=False, postgresql_using="gist")
    op.create_geospatial_table(
        "position",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("unit", sa.Uuid(), nullable=False),
        sa.Column(
            "point",
            Geometry(
                geometry_type="POINT",
                srid=4326,
                dimension=2,
                spatial_index=False,
                from_text="ST_GeomFromEWKT",
                name="geometry",
                nullable=False,
            ),
            nullable=False,
        ),
        sa.Column("accuracy_m", sa.Float(), nullable=True),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("datum", sa.Text(), nullable=False),
        sa.Column("original_lon", sa.Float(), nullable=False),
        sa.Column("original_lat", sa.Float(), nullable=False),
        sa.Column("device_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by", sa.Uuid(), nullable=False),
        sa.CheckConstraint("source IN ('device', 'radio')", name=op.f("position_source_is_known_check")),
        sa.ForeignKeyConstraint(["by"], ["account.id"], name=op.f("position_by_fkey")),
        sa.ForeignKeyConstraint(["unit"], ["unit.id"], name=op.f("position_unit_fkey")),
        sa.PrimaryKeyConstraint("id", name=op.f("position_pkey")),
    )
    op.create_index("position_latest_idx", "position", ["unit", sa.literal_column("device_at DESC")], unique=False)
    op.create_table(
        "report",
        sa.Column("id", sa.Uuid(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column("area", sa.Uuid(), nullable=False),
        sa.Column("incident", sa.Uuid(), nullable=True),
        sa.Column("exercise", sa.Uuid(), nullable=True),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("caller_name", sa.Text(), nullable=True),
        sa.Column("caller_phone", sa.Text(), nullable=True),
        sa.Column("caller_language", sa.Text(), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("location_given", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=True),
        sa.Column("device_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by", sa.Uuid(), nullable=False),
        sa.Column("version", sa.BigInteger(), server_default=sa.text("1"), nullable=False),
        sa.ForeignKeyConstraint(["area"], ["area.id"], name=op.f("report_area_fkey")),
        sa.ForeignKeyConstraint(["by"], ["account.id"], name=op.f("report_by_fkey")),
        sa.ForeignKeyConstraint(["exercise"], ["exercise.id"], name=op.f("report_exercise_fkey")),
        sa.ForeignKeyConstraint(["incident"], ["incident.id"], name=op.f("report_incident_fkey")),
        sa.PrimaryKeyConstraint("id", name=op.f("report_pkey")),
    )
    op.create_index(op.f("report_incident_idx"), "report", ["incident"], unique=False)
    op.create_table(
        "roster_pattern",
        sa.Column("id", sa.Uuid(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column("area", sa.Uuid(), nullable=False),
        sa.Column("unit", sa.Uuid(), nullable=False),
        sa.Column("member", sa.Uuid(), nullable=False),
        sa.Column("kit", sa.ARRAY(sa.Text()), nullable=False),
        sa.Column("cycle_days", sa.Integer(), nullable=False),
        sa.Column(
            "cycle_day", sa.Integer(), nullable=False, comment="days since 1970-01-01 in the area, modulo cycle_days"
        ),
        sa.Column("starts", sa.Text(), nullable=False),
        sa.Column("hours", sa.Float(), nullable=False),
        sa.CheckConstraint(
            "cycle_day >= 0 AND cycle_day < cycle_days", name=op.f("roster_pattern_cycle_day_lies_in_the_cycle_check")
        ),
        sa.CheckConstraint("hours > 0 AND hours <= 24", name=op.f("roster_pattern_a_shift_lasts_at_most_a_day_check")),
        sa.ForeignKeyConstraint(["area"], ["area.id"], name=op.f("roster_pattern_area_fkey")),
        sa.ForeignKeyConstraint(["member"], ["member.id"], name=op.f("roster_pattern_member_fkey")),
        sa.ForeignKeyConstraint(["unit"], ["unit.id"], name=op.f("roster_pattern_unit_fkey")),
        sa.PrimaryKeyConstraint("id", name=op.f("roster_pattern_pkey")),
    )
    op.create_table(
        "session",
        sa.Column("id", sa.Uuid(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        sa.Column("account", sa.Uuid(), nullable=False),
        sa.Column("area", sa.Uuid(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("unit", sa.Uuid(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("address", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["account"], ["account.id"], name=op.f("session_account_fkey")),
        sa.ForeignKeyConstraint(["area"], ["area.id"], name=op.f("session_area_fkey")),
        sa.ForeignKeyConstraint(["unit"], ["unit.id"], name=op.f("session_unit_fkey")),
        sa.PrimaryKeyConstraint("id", name=op.f("session_pkey")),
        sa.UniqueConstraint("token_hash", name=op.f("session_token_hash_key")),
    )
    op.create_table(
        "assignment",
        sa.Column("id", sa.Uuid(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column("area", sa.Uuid(), nullable=False),
        sa.Column("incident", sa.Uuid(), nullable=False),
        sa.Column("unit", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), server_default=sa.text("'incident'"), nullable=False),
        sa.Column("exercise", sa.Uuid(), nullable=True),
        sa.Column("decision", sa.Uuid(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("state", sa.Text(), server_default=sa.text("'assigned'"), nullable=False),
        sa.Column("medical", sa.Boolean(), nullable=False),
        sa.Column("people", sa.Integer(), nullable=False),
        sa.Column("eta_s", sa.Float(), nullable=True),
        sa.Column("legs", postgresql.JSONB(astext_type=sa.Text()), server_default=sa.text("'[]'"), nullable=False),
        sa.Column("assigned_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("delivered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("alarmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("help_asked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("acknowledged_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("en_route_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("on_scene_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("at_patient_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("moving_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("handed_over_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_reason", sa.Text(), nullable=True),
        sa.Column("by", sa.Uuid(), nullable=False),
        sa.Column("version", sa.BigInteger(), server_default=sa.text("1"), nullable=False),
        sa.CheckConstraint(
            "(ended_at IS NOT NULL) = (state IN ('cleared', 'declined', 'timed_out', 'revoked'))",
            name=op.f("assignment_ended_has_a_time_check"),
        ),
        sa.CheckConstraint("kind IN ('incident', 'next', 'move_up')", name=op.f("assignment_kind_is_known_check")),
        sa.CheckConstraint(
            "state IN ('assigned', 'acknowledged', 'en_route', 'on_scene', 'at_patient', 'moving', 'handed_over', 'cleared', 'declined', 'timed_out', 'revoked')",
            name=op.f("assignment_state_is_known_check"),
        ),
        sa.ForeignKeyConstraint(["area"], ["area.id"], name=op.f("assignment_area_fkey")),
        sa.ForeignKeyConstraint(["by"], ["account.id"], name=op.f("assignment_by_fkey")),
        sa.ForeignKeyConstraint(["decision"], ["decision.id"], name=op.f("assignment_decision_fkey")),
        sa.ForeignKeyConstraint(["exercise"], ["exercise.id"], name=op.f("assignment_exercise_fkey")),
        sa.ForeignKeyConstraint(["incident"], ["incident.id"], name=op.f("assignment_incident_fkey")),
        sa.ForeignKeyConstraint(["unit"], ["unit.id"], name=op.f("assignment_unit_fkey")),
        sa.PrimaryKeyConstraint("id", name=op.f("assignment_pkey")),
    )
    op.create_index(op.f("assignment_incident_idx"), "assignment", ["incident"], unique=False)
    op.create_index(op.f("assignment_unit_assigned_at_idx"), "assignment", ["unit", "assigned_at"], unique=False)
    op.create_index(
        "one_open_assignment_per_unit",
        "assignment",
        ["unit"],
        unique=True,
        postgresql_where=sa.text("ended_at IS NULL AND kind = 'incident'"),
    )
    op.create_table(
        "cell_contact",
        sa.Column("id", sa.Uuid(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column("cell", sa.Uuid(), nullable=False),
        sa.Column("role_zh", sa.Text(), nullable=False),
        sa.Column("role_en", sa.Text(), nullable=False),
        sa.Column("person", sa.Text(), nullable=False),
        sa.Column("phone", sa.Text(), nullable=False),
        sa.Column("valid", postgresql.DATERANGE(), server_default=sa.text("daterange(NULL, NULL)"), nullable=False),
        sa.Column("source", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("confidence", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("illustrative", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.ForeignKeyConstraint(["cell"], ["cell.id"], name=op.f("cell_contact_cell_fkey")),
        sa.PrimaryKeyConstraint("id", name=op.f("cell_contact_pkey")),
    )
    op.create_index(op.f("cell_contact_cell_idx"), "cell_contact", ["cell"], unique=False)
    op.create_table(
        "cell_team",
        sa.Column("id", sa.Uuid(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column("cell", sa.Uuid(), nullable=False),
        sa.Column("team", sa.Uuid(), nullable=False),
        sa.Column("rank", sa.Integer(), nullable=False, comment="0 owns the cell, 1 is the first backup, and so on"),
        sa.Column("valid", postgresql.DATERANGE(), server_default=sa.text("daterange(NULL, NULL)"), nullable=False),
        postgresql.ExcludeConstraint(
            (sa.column("cell"), "="),
            (sa.column("rank"), "="),
            (sa.column("valid"), "&&"),
            using="gist",
            name="one_team_per_cell_and_rank_at_a_time",
        ),
        sa.ForeignKeyConstraint(["cell"], ["cell.id"], name=op.f("cell_team_cell_fkey")),
        sa.ForeignKeyConstraint(["team"], ["team.id"], name=op.f("cell_team_team_fkey")),
        sa.PrimaryKeyConstraint("id", name=op.f("cell_team_pkey")),
    )
    op.create_geospatial_table(
        "incident_place",
        sa.Column("id", sa.Uuid(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column("area", sa.Uuid(), nullable=False),
        sa.Column("incident", sa.Uuid(), nullable=False),
        sa.Column("report", sa.Uuid(), nullable=True),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("given", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("datum", sa.Text(), nullable=True),
        sa.Column("original_lon", sa.Float(), nullable=True),
        sa.Column("original_lat", sa.Float(), nullable=True),
        sa.Column(
            "point",
            Geometry(
                geometry_type="POINT",
                srid=4326,
                dimension=2,
                spatial_index=False,
                from_text="ST_GeomFromEWKT",
                name="geometry",
            ),
            nullable=True,
        ),
        sa.Column("accuracy_m", sa.Float(), nullable=True),
        sa.Column("words", sa.Text(), nullable=True),
        sa.Column("name_zh", sa.Text(), nullable=True),
        sa.Column("name_en", sa.Text(), nullable=True),
        sa.Column("cell", sa.Uuid(), nullable=True),
        sa.Column("outside_area", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("edge", sa.Text(), nullable=True),
        sa.Column("offset_m", sa.Float(), nullable=True),
        sa.Column(
            "snapped",
            Geometry(
                geometry_type="POINT",
                srid=4326,
                dimension=2,
                spatial_index=False,
                from_text="ST_GeomFromEWKT",
                name="geometry",
            ),
            nullable=True,
        ),
        sa.Column("snap_distance_m", sa.Float(), nullable=True),
        sa.Column(
            "alternatives", postgresql.JSONB(astext_type=sa.Text()), server_default=sa.text("'[]'"), nullable=False
        ),
        sa.Column("current", sa.Boolean(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["area"], ["area.id"], name=op.f("incident_place_area_fkey")),
        sa.ForeignKeyConstraint(["by"], ["account.id"], name=op.f("incident_place_by_fkey")),
        sa.ForeignKeyConstraint(["cell"], ["cell.id"], name=op.f("incident_place_cell_fkey")),
        sa.ForeignKeyConstraint(["incident"], ["incident.id"], name=op.f("incident_place_incident_fkey")),
        sa.ForeignKeyConstraint(["report"], ["report.id"], name=op.f("incident_place_report_fkey")),
        sa.PrimaryKeyConstraint("id", name=op.f("incident_place_pkey")),
    )
    op.create_index(
        "one_current_place_per_incident",
        "incident_place",
        ["incident"],
        unique=True,
        postgresql_where=sa.text("current"),
    )
    op.create_table(
        "ticket",
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.Column("session", sa.Uuid(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["session"], ["session.id"], name=op.f("ticket_session_fkey")),
        sa.PrimaryKeyConstraint("hash", name=op.f("ticket_pkey")),
    )
    op.create_table(
        "incident_log",
        sa.Column("seq", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("area", sa.Uuid(), nullable=False),
        sa.Column("incident", sa.Uuid(), nullable=False),
        sa.Column("assignment", sa.Uuid(), nullable=True),
        sa.Column("unit", sa.Uuid(), nullable=True),
        sa.Column("step", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("device_at", sa.DateTime(timezone=True), nullable=True, comment="the device's clock as it said"),
        sa.Column(
            "corrected_at", sa.DateTime(timezone=True), nullable=True, comment="the device's time by the server's clock"
        ),
        sa.Column("by", sa.Uuid(), nullable=True),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("address", sa.Text(), nullable=True),
        sa.Column("body", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.ForeignKeyConstraint(["area"], ["area.id"], name=op.f("incident_log_area_fkey")),
        sa.ForeignKeyConstraint(["assignment"], ["assignment.id"], name=op.f("incident_log_assignment_fkey")),
        sa.ForeignKeyConstraint(["by"], ["account.id"], name=op.f("incident_log_by_fkey")),
        sa.ForeignKeyConstraint(["incident"], ["incident.id"], name=op.f("incident_log_incident_fkey")),
        sa.ForeignKeyConstraint(["unit"], ["unit.id"], name=op.f("incident_log_unit_fkey")),
        sa.PrimaryKeyConstraint("seq", name=op.f("incident_log_pkey")),
    )
    op.create_index(op.f("incident_log_incident_seq_idx"), "incident_log", ["incident", "seq"], unique=False)


def downgrade() -> None:
    op.drop_index(op.f("incident_log_incident_seq_idx"), table_name="incident_log")
    op.drop_table("incident_log")
    op.drop_table("ticket")
    op.drop_index("one_current_place_per_incident", table_name="incident_place", postgresql_where=sa.text("current"))
    op.drop_geospatial_table("incident_place")
    op.drop_table("cell_team")
    op.drop_index(op.f("cell_contact_cell_idx"), table_name="cell_contact")
    op.drop_table("cell_contact")
    op.drop_index(
        "one_open_assignment_per_unit",
        table_name="assignment",
        postgresql_where=sa.text("ended_at IS NULL AND kind = 'incident'"),
    )
    op.drop_index(op.f("assignment_unit_assigned_at_idx"), table_name="assignment")
    op.drop_index(op.f("assignment_incident_idx"), table_name="assignment")
    op.drop_table("assignment")
    op.drop_table("session")
    op.drop_table("roster_pattern")
    op.drop_index(op.f("report_incident_idx"), table_name="report")
    op.drop_table("report")
    op.drop_index("position_latest_idx", table_name="position")
    op.drop_geospatial_table("position")
    op.drop_index("duty_unit_during_idx", table_name="duty", postgresql_using="gist")
    op.drop_table("duty")
    op.drop_index(op.f("decision_incident_idx"), table_name="decision")
    op.drop_table("decision")
    op.drop_geospatial_index("cell_geom_idx", table_name="cell", postgresql_using="gist", column_name="geom")
    op.drop_geospatial_table("cell")
    op.drop_index("availability_latest_idx", table_name="availability")
    op.drop_table("availability")
    op.drop_table("account_role")
    op.drop_table("unit")
    op.drop_table("squad")
    op.drop_index("one_run_card_per_type_and_priority", table_name="run_card")
    op.drop_table("run_card")
    op.drop_geospatial_table("post")
    op.drop_geospatial_table("network_node")
    op.drop_geospatial_index(
        "network_edge_line_idx", table_name="network_edge", postgresql_using="gist", column_name="line"
    )
    op.drop_geospatial_table("network_edge")
    op.drop_table("member")
    op.drop_index("incident_open_idx", table_name="incident", postgresql_where=sa.text("status = 'open'"))
    op.drop_table("incident")
    op.drop_table("grid")
    op.drop_table("team")
    op.drop_geospatial_table("responder")
    op.drop_index(op.f("request_at_idx"), table_name="request")
    op.drop_table("request")
    op.drop_geospatial_table("place")
    op.drop_index("one_current_network_per_area", table_name="network", postgresql_where=sa.text("current"))
    op.drop_table("network")
    op.drop_table("incident_type")
    op.drop_table("exercise")
    op.drop_table("committee")
    op.drop_geospatial_table("call_point")
    op.drop_table("clock")
    op.drop_geospatial_table("area")
    op.drop_table("account")
