"""Who failed to sign in, when and from where: counted by all processes."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "sign_in_try",
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("login", sa.Text(), nullable=False, comment="as it was typed; empty for a one-time code"),
        sa.Column("account", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(["account"], ["account.id"], name=op.f("sign_in_try_account_fkey")),
        sa.PrimaryKeyConstraint("id", name=op.f("sign_in_try_pkey")),
        comment="Who failed to sign in, when and from where; also a try that is being looked at",
    )
    op.create_index(op.f("sign_in_try_address_at_idx"), "sign_in_try", ["address", "at"])
    op.create_index(op.f("sign_in_try_account_at_idx"), "sign_in_try", ["account", "at"])


def downgrade() -> None:
    op.drop_table("sign_in_try")
