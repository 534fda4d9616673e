"""Notices to crews: a text, perhaps a photo, until when, and which units have it and have seen it."""

from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute(
        """CREATE TABLE notice (
             id uuid NOT NULL,
             area uuid NOT NULL,
             text text NOT NULL,
             photo bytea,
             photo_type text,
             audience jsonb NOT NULL,
             until timestamptz NOT NULL,
             by uuid NOT NULL,
             made_at timestamptz NOT NULL,
             address text,
             ended_at timestamptz,
             ended_by uuid,
             version bigint DEFAULT 1 NOT NULL,
             CONSTRAINT notice_pkey PRIMARY KEY (id),
             CONSTRAINT notice_area_fkey FOREIGN KEY (area) REFERENCES area (id),
             CONSTRAINT notice_by_fkey FOREIGN KEY (by) REFERENCES account (id),
             CONSTRAINT notice_ended_by_fkey FOREIGN KEY (ended_by) REFERENCES account (id),
             CONSTRAINT notice_a_photo_has_a_type_check CHECK ((photo IS NULL) = (photo_type IS NULL)),
             CONSTRAINT notice_it_ends_after_it_begins_check CHECK (until > made_at),
             CONSTRAINT notice_ended_by_somebody_check CHECK ((ended_at IS NULL) = (ended_by IS NULL))
           )"""
    )
    op.execute("COMMENT ON COLUMN notice.id IS 'made by the sender'")
    op.execute("COMMENT ON COLUMN notice.audience IS 'as it was said: all, or codes of teams, cells, posts'")
    op.execute("CREATE INDEX notice_of_area_idx ON notice (area, made_at DESC)")
    op.execute(
        """CREATE TABLE notice_unit (
             notice uuid NOT NULL,
             unit uuid NOT NULL,
             delivered_at timestamptz,
             seen_at timestamptz,
             seen_by uuid,
             CONSTRAINT notice_unit_pkey PRIMARY KEY (notice, unit),
             CONSTRAINT notice_unit_notice_fkey FOREIGN KEY (notice) REFERENCES notice (id),
             CONSTRAINT notice_unit_unit_fkey FOREIGN KEY (unit) REFERENCES unit (id),
             CONSTRAINT notice_unit_seen_by_fkey FOREIGN KEY (seen_by) REFERENCES account (id),
             CONSTRAINT notice_unit_seen_by_somebody_check CHECK ((seen_at IS NULL) = (seen_by IS NULL))
           )"""
    )
    op.execute("COMMENT ON TABLE notice_unit IS 'The units that a notice is for'")
    op.execute("CREATE INDEX notice_unit_undelivered_idx ON notice_unit (unit) WHERE delivered_at IS NULL")


def downgrade() -> None:
    op.execute("DROP TABLE notice_unit")
    op.execute("DROP TABLE notice")
