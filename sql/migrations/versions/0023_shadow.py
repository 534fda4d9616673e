"""Shadow mode: the desk works by radio, the system commands nobody, and who really went is logged."""

from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute(
        """CREATE TABLE area_mode (
             id uuid NOT NULL,
             area uuid NOT NULL,
             number bigint NOT NULL,
             mode text NOT NULL,
             reason text NOT NULL,
             by uuid NOT NULL,
             at timestamptz NOT NULL,
             address text,
             CONSTRAINT area_mode_pkey PRIMARY KEY (id),
             CONSTRAINT area_mode_area_fkey FOREIGN KEY (area) REFERENCES area (id),
             CONSTRAINT area_mode_by_fkey FOREIGN KEY (by) REFERENCES account (id),
             CONSTRAINT area_mode_area_number_key UNIQUE (area, number),
             CONSTRAINT area_mode_mode_is_known_check CHECK (mode IN ('live', 'shadow'))
           )"""
    )
    op.execute("COMMENT ON COLUMN area_mode.id IS 'made by the sender'")
    op.execute("COMMENT ON COLUMN area_mode.number IS 'counts up per area; the highest is the present'")
    op.execute(
        "COMMENT ON TABLE area_mode IS 'How an area is run, and who switched it when: live where there is no row'"
    )
    op.execute("ALTER TABLE incident ADD COLUMN shadow boolean DEFAULT false NOT NULL")
    op.execute("COMMENT ON COLUMN incident.shadow IS 'taken while the area was in shadow: nobody is commanded to it'")
    op.execute(
        "ALTER TABLE incident ADD CONSTRAINT incident_a_drill_is_no_shadow_check CHECK (NOT shadow OR exercise IS NULL)"
    )
    op.execute("CREATE INDEX incident_shadow_idx ON incident (area, reported_at) WHERE shadow")
    op.execute(
        """CREATE TABLE departure (
             id uuid NOT NULL,
             area uuid NOT NULL,
             incident uuid NOT NULL,
             unit uuid,
             name text,
             went_at timestamptz NOT NULL,
             at_patient_at timestamptz,
             handed_over_at timestamptz,
             channel text NOT NULL,
             said_by text,
             by uuid NOT NULL,
             at timestamptz NOT NULL,
             address text,
             withdrawn_at timestamptz,
             withdrawn_by uuid,
             CONSTRAINT departure_pkey PRIMARY KEY (id),
             CONSTRAINT departure_area_fkey FOREIGN KEY (area) REFERENCES area (id),
             CONSTRAINT departure_incident_fkey FOREIGN KEY (incident) REFERENCES incident (id),
             CONSTRAINT departure_unit_fkey FOREIGN KEY (unit) REFERENCES unit (id),
             CONSTRAINT departure_by_fkey FOREIGN KEY (by) REFERENCES account (id),
             CONSTRAINT departure_withdrawn_by_fkey FOREIGN KEY (withdrawn_by) REFERENCES account (id),
             CONSTRAINT departure_a_unit_or_others_check CHECK ((unit IS NULL) <> (name IS NULL)),
             CONSTRAINT departure_withdrawn_by_somebody_check
               CHECK ((withdrawn_at IS NULL) = (withdrawn_by IS NULL))
           )"""
    )
    for column, comment in (
        ("id", "made by the sender"),
        ("name", "who went, where that is no unit of the area"),
        ("channel", "how the operator learned of it"),
    ):
        op.execute(f"COMMENT ON COLUMN departure.{column} IS '{comment}'")
    op.execute(
        "COMMENT ON TABLE departure IS 'Who went to an incident by word of the radio, as an operator logged it; nobody"
        " is told of it'"
    )
    op.execute("CREATE INDEX departure_incident_idx ON departure (incident)")
    op.execute("CREATE INDEX departure_unit_idx ON departure (unit) WHERE withdrawn_at IS NULL")
    op.execute(
        "CREATE UNIQUE INDEX a_unit_goes_to_an_incident_once ON departure (incident, unit) WHERE withdrawn_at IS NULL"
    )


def downgrade() -> None:
    op.execute("DROP TABLE departure")
    op.execute("DROP INDEX incident_shadow_idx")
    op.execute("ALTER TABLE incident DROP CONSTRAINT incident_a_drill_is_no_shadow_check")
    op.execute("ALTER TABLE incident DROP COLUMN shadow")
    op.execute("DROP TABLE area_mode")
