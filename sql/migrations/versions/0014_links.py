"""Incidents that are one event are linked; both stay as they are."""

from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute(
        """CREATE TABLE incident_link (
             id uuid NOT NULL,
             area uuid NOT NULL,
             incident uuid NOT NULL,
             same_as uuid NOT NULL,
             note text,
             said_by text,
             by uuid NOT NULL,
             made_at timestamptz NOT NULL,
             ended_at timestamptz,
             ended_by uuid,
             ended_reason text,
             CONSTRAINT incident_link_pkey PRIMARY KEY (id),
             CONSTRAINT incident_link_area_fkey FOREIGN KEY (area) REFERENCES area (id),
             CONSTRAINT incident_link_incident_fkey FOREIGN KEY (incident) REFERENCES incident (id),
             CONSTRAINT incident_link_same_as_fkey FOREIGN KEY (same_as) REFERENCES incident (id),
             CONSTRAINT incident_link_by_fkey FOREIGN KEY (by) REFERENCES account (id),
             CONSTRAINT incident_link_ended_by_fkey FOREIGN KEY (ended_by) REFERENCES account (id),
             CONSTRAINT incident_link_two_incidents_are_linked_check CHECK (incident <> same_as),
             CONSTRAINT incident_link_ended_by_somebody_check CHECK ((ended_at IS NULL) = (ended_by IS NULL))
           )"""
    )
    op.execute("COMMENT ON COLUMN incident_link.id IS 'made by the sender'")
    op.execute(
        "COMMENT ON TABLE incident_link IS 'Two incidents that somebody says are one event; both stay as they are,"
        " with their reports and callers'"
    )
    op.execute(
        "CREATE UNIQUE INDEX one_standing_link_of_two ON incident_link (least(incident, same_as),"
        " greatest(incident, same_as)) WHERE ended_at IS NULL"
    )
    op.execute("CREATE INDEX incident_link_incident_idx ON incident_link (incident)")
    op.execute("CREATE INDEX incident_link_same_as_idx ON incident_link (same_as)")


def downgrade() -> None:
    op.execute("DROP TABLE incident_link")
