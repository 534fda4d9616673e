"""When a crew was first near the patient, by its own positions: a proposal for T5."""

from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("ALTER TABLE assignment ADD COLUMN near_patient_at timestamptz")
    op.execute(
        "COMMENT ON COLUMN assignment.near_patient_at IS"
        " 'when the unit was first near the patient by its own positions; proposes at_patient_at'"
    )


def downgrade() -> None:
    op.execute("ALTER TABLE assignment DROP COLUMN near_patient_at")
