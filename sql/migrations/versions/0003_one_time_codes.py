"""Codes that let one person in to one seat, once."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "one_time_code",
        sa.Column("id", sa.Uuid(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False, comment="of the secret, which is stored nowhere"),
        sa.Column("area", sa.Uuid(), nullable=False),
        sa.Column("account", sa.Uuid(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("unit", sa.Uuid(), nullable=True),
        sa.Column("made_by", sa.Uuid(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("session", sa.Uuid(), nullable=True),
        sa.Column("address", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["account"], ["account.id"], name=op.f("one_time_code_account_fkey")),
        sa.ForeignKeyConstraint(["area"], ["area.id"], name=op.f("one_time_code_area_fkey")),
        sa.ForeignKeyConstraint(["made_by"], ["account.id"], name=op.f("one_time_code_made_by_fkey")),
        sa.ForeignKeyConstraint(["session"], ["session.id"], name=op.f("one_time_code_session_fkey")),
        sa.ForeignKeyConstraint(["unit"], ["unit.id"], name=op.f("one_time_code_unit_fkey")),
        sa.PrimaryKeyConstraint("id", name=op.f("one_time_code_pkey")),
        sa.UniqueConstraint("hash", name=op.f("one_time_code_hash_key")),
        comment="A code that opens one session, once, for a seat of its area: who made it, and which session it opened",
    )


def downgrade() -> None:
    op.drop_table("one_time_code")
