"""Incidents are confirmed, and handed to others by name."""

from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("ALTER TABLE incident ADD COLUMN confirmed_at timestamptz")
    op.execute("ALTER TABLE incident ADD COLUMN transferred_to text")
    op.execute("COMMENT ON COLUMN incident.transferred_to IS 'who has it now, where it was handed to others'")


def downgrade() -> None:
    op.execute("ALTER TABLE incident DROP COLUMN transferred_to")
    op.execute("ALTER TABLE incident DROP COLUMN confirmed_at")
