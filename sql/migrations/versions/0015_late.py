"""Incidents entered after their end, and positions that say who said them."""

from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("ALTER TABLE incident ADD COLUMN entered_late_at timestamptz")
    op.execute("COMMENT ON COLUMN incident.entered_late_at IS 'when it was entered, where that was after its end'")
    op.execute("ALTER TABLE assignment ADD COLUMN late boolean NOT NULL DEFAULT false")
    op.execute("COMMENT ON COLUMN assignment.late IS 'entered after its end'")
    op.execute("ALTER TABLE assignment ALTER COLUMN decision DROP NOT NULL")
    op.execute(
        "ALTER TABLE assignment ADD CONSTRAINT assignment_sent_by_a_decision_or_entered_late_check"
        " CHECK ((decision IS NULL) = late)"
    )
    op.execute(
        "ALTER TABLE assignment ADD CONSTRAINT assignment_entered_late_is_over_check"
        " CHECK (NOT late OR ended_at IS NOT NULL)"
    )
    op.execute("ALTER TABLE position ADD COLUMN said_by text")
    op.execute("ALTER TABLE position ADD COLUMN channel text")
    op.execute(
        "ALTER TABLE position ADD CONSTRAINT position_channel_is_known_check CHECK (channel IN ('radio', 'phone'))"
    )


def downgrade() -> None:
    op.execute("ALTER TABLE position DROP COLUMN channel")
    op.execute("ALTER TABLE position DROP COLUMN said_by")
    op.execute("ALTER TABLE assignment DROP CONSTRAINT assignment_entered_late_is_over_check")
    op.execute("ALTER TABLE assignment DROP CONSTRAINT assignment_sent_by_a_decision_or_entered_late_check")
    op.execute("ALTER TABLE assignment ALTER COLUMN decision SET NOT NULL")
    op.execute("ALTER TABLE assignment DROP COLUMN late")
    op.execute("ALTER TABLE incident DROP COLUMN entered_late_at")
