"""Reports are found by their caller and by when they came, however many there are."""

from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("CREATE INDEX report_area_caller_phone_idx ON report (area, caller_phone)")
    op.execute("CREATE INDEX report_area_received_at_idx ON report (area, received_at)")


def downgrade() -> None:
    op.execute("DROP INDEX report_area_received_at_idx")
    op.execute("DROP INDEX report_area_caller_phone_idx")
