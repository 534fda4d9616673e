"""The way out: an incident's evacuation plan, and what lifts were asked for it."""

from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute(
        """CREATE TABLE evacuation (
             incident uuid NOT NULL,
             area uuid NOT NULL,
             patients integer NOT NULL,
             rendezvous geometry(POINT, 4326),
             rendezvous_zh text,
             rendezvous_en text,
             legs jsonb NOT NULL DEFAULT '[]',
             travel_s double precision,
             on_foot_m double precision NOT NULL DEFAULT 0,
             stairs_m double precision NOT NULL DEFAULT 0,
             lifts text[] NOT NULL DEFAULT '{}',
             hospital uuid,
             told_at timestamptz,
             told_who text,
             by uuid NOT NULL,
             at timestamptz NOT NULL,
             CONSTRAINT evacuation_pkey PRIMARY KEY (incident),
             CONSTRAINT evacuation_incident_fkey FOREIGN KEY (incident) REFERENCES incident (id),
             CONSTRAINT evacuation_area_fkey FOREIGN KEY (area) REFERENCES area (id),
             CONSTRAINT evacuation_hospital_fkey FOREIGN KEY (hospital) REFERENCES responder (id),
             CONSTRAINT evacuation_by_fkey FOREIGN KEY (by) REFERENCES account (id),
             CONSTRAINT evacuation_patients_are_counted_check CHECK (patients BETWEEN 0 AND 999),
             CONSTRAINT evacuation_told_somebody_check CHECK ((told_at IS NULL) = (told_who IS NULL)),
             CONSTRAINT evacuation_a_hospital_is_told_check CHECK (told_at IS NULL OR hospital IS NOT NULL)
           )"""
    )
    for column, comment in (
        ("legs", "the way there with a stretcher"),
        ("travel_s", "null: no rendezvous yet, or no way there"),
        ("lifts", "edges that are ridden"),
        ("told_who", "who took the call at the hospital"),
    ):
        op.execute(f"COMMENT ON COLUMN evacuation.{column} IS '{comment}'")
    op.execute(
        "COMMENT ON TABLE evacuation IS 'How an incident''s patients get out; one plan for each incident, its past in"
        " the timeline'"
    )
    op.execute(
        """CREATE TABLE lift_request (
             id uuid NOT NULL,
             area uuid NOT NULL,
             incident uuid NOT NULL,
             edge text NOT NULL,
             name_zh text NOT NULL,
             name_en text NOT NULL,
             wish text NOT NULL,
             asked_of text,
             note text,
             asked_at timestamptz NOT NULL,
             asked_by uuid NOT NULL,
             granted boolean,
             answered_at timestamptz,
             answered_who text,
             answer_note text,
             answered_by uuid,
             CONSTRAINT lift_request_pkey PRIMARY KEY (id),
             CONSTRAINT lift_request_area_fkey FOREIGN KEY (area) REFERENCES area (id),
             CONSTRAINT lift_request_incident_fkey FOREIGN KEY (incident) REFERENCES incident (id),
             CONSTRAINT lift_request_asked_by_fkey FOREIGN KEY (asked_by) REFERENCES account (id),
             CONSTRAINT lift_request_answered_by_fkey FOREIGN KEY (answered_by) REFERENCES account (id),
             CONSTRAINT lift_request_wish_is_known_check CHECK (wish IN ('hold', 'open')),
             CONSTRAINT lift_request_answered_has_a_time_check CHECK ((answered_at IS NULL) = (granted IS NULL)),
             CONSTRAINT lift_request_answered_by_somebody_check
               CHECK ((answered_at IS NULL) = (answered_by IS NULL))
           )"""
    )
    op.execute("CREATE INDEX lift_request_incident_idx ON lift_request (incident)")
    for column, comment in (
        ("id", "made by the sender"),
        ("asked_of", "who was asked, as a person said"),
        ("granted", "null: not answered yet"),
        ("answered_who", "who answered"),
    ):
        op.execute(f"COMMENT ON COLUMN lift_request.{column} IS '{comment}'")
    op.execute(
        "COMMENT ON TABLE lift_request IS 'A lift or cableway asked to hold or to open for a patient: asked, granted or"
        " refused, by whom and when'"
    )


def downgrade() -> None:
    op.execute("DROP TABLE lift_request")
    op.execute("DROP TABLE evacuation")
