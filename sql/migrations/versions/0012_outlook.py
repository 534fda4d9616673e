"""Whether an incident's clock will be met, kept while it is watched; incidents have timers too."""

from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("ALTER TABLE incident ADD COLUMN outlook jsonb")
    op.execute("COMMENT ON COLUMN incident.outlook IS 'whether the clock will be met, while that is watched'")
    op.execute("ALTER TABLE timer DROP CONSTRAINT timer_kind_is_known_check")
    op.execute("ALTER TABLE timer ADD CONSTRAINT timer_kind_is_known_check CHECK (kind IN ('assignment', 'incident'))")


def downgrade() -> None:
    op.execute("DELETE FROM timer WHERE kind = 'incident'")
    op.execute("ALTER TABLE timer DROP CONSTRAINT timer_kind_is_known_check")
    op.execute("ALTER TABLE timer ADD CONSTRAINT timer_kind_is_known_check CHECK (kind IN ('assignment'))")
    op.execute("ALTER TABLE incident DROP COLUMN outlook")
