"""Cells belong to committees, and a committee's sessions are bound to its cells."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

CELLS = "codes, which stay when the cells' rows are renewed"


def upgrade() -> None:
    op.add_column("cell", sa.Column("committee", sa.Uuid(), nullable=True))
    op.create_foreign_key(op.f("cell_committee_fkey"), "cell", "committee", ["committee"], ["id"])
    op.add_column("session", sa.Column("cells", sa.ARRAY(sa.Text()), nullable=True))
    op.alter_column("account_role", "cells", existing_type=sa.ARRAY(sa.Text()), comment=CELLS)
    op.create_check_constraint(
        op.f("account_role_a_committee_has_cells_check"),
        "account_role",
        "(role = 'committee') = (cells IS NOT NULL)",
    )


def downgrade() -> None:
    op.drop_constraint(op.f("account_role_a_committee_has_cells_check"), "account_role", type_="check")
    op.alter_column("account_role", "cells", existing_type=sa.ARRAY(sa.Text()), comment=None, existing_comment=CELLS)
    op.drop_column("session", "cells")
    op.drop_column("cell", "committee")
