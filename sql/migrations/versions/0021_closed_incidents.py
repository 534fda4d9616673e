"""Incidents by when they were closed: what was closed lately is looked for with every report."""

from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("CREATE INDEX incident_closed_idx ON incident (area, closed_at) WHERE status = 'closed'")


def downgrade() -> None:
    op.execute("DROP INDEX incident_closed_idx")
