"""The conditions that travel times are taken under: who switched them, when and why; the latest is the present."""

from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

CONDITIONS = """
CREATE TABLE conditions (
  id uuid PRIMARY KEY,
  area uuid NOT NULL REFERENCES area (id),
  number bigint NOT NULL,
  profile text NOT NULL,
  reason text NOT NULL,
  by uuid NOT NULL REFERENCES account (id),
  at timestamptz NOT NULL,
  CONSTRAINT conditions_area_number_key UNIQUE (area, number)
);

COMMENT ON COLUMN conditions.id IS 'made by the sender';

COMMENT ON COLUMN conditions.number IS 'counts up per area; the highest is the present';

CREATE TRIGGER only_grows BEFORE UPDATE OR DELETE OR TRUNCATE ON conditions
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
"""


def upgrade() -> None:
    for statement in CONDITIONS.strip().split("\n\n"):
        op.execute(statement)


def downgrade() -> None:
    op.execute("DROP TABLE conditions")
