"""An area's own speeds and conditions, kept whole like its network."""

from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

TABLE = """
CREATE TABLE speeds (
  id uuid NOT NULL DEFAULT gen_random_uuid() CONSTRAINT speeds_pkey PRIMARY KEY,
  area uuid NOT NULL CONSTRAINT speeds_area_fkey REFERENCES area (id),
  version text NOT NULL,
  rows jsonb NOT NULL,
  loaded_at timestamptz NOT NULL,
  current boolean NOT NULL
);

COMMENT ON COLUMN speeds.version IS 'geo.profile.Speeds.version';

COMMENT ON COLUMN speeds.rows IS 'the area''s own rows by file; the rest is built in';

CREATE UNIQUE INDEX one_current_speeds_per_area ON speeds (area) WHERE current;
"""


def upgrade() -> None:
    for statement in TABLE.split(";\n\n"):
        op.execute(statement)


def downgrade() -> None:
    op.execute("DROP TABLE speeds")
