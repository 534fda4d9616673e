"""Edges say who may pass them, which way, and what is known for the speed there."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

COLUMNS = ("vehicle", "foot", "max_speed_kmh", "kind", "surface", "steps")


def upgrade() -> None:
    passage = "geo.passage.Passage; null as the class has it"
    op.add_column("network_edge", sa.Column("vehicle", sa.Text(), nullable=True, comment=passage))
    op.add_column("network_edge", sa.Column("foot", sa.Text(), nullable=True, comment=passage))
    op.add_column("network_edge", sa.Column("max_speed_kmh", sa.Float(), nullable=True))
    op.add_column("network_edge", sa.Column("kind", sa.Text(), nullable=True, comment="OSM highway=*"))
    op.add_column("network_edge", sa.Column("surface", sa.Text(), nullable=True, comment="OSM surface=*"))
    op.add_column("network_edge", sa.Column("steps", sa.Integer(), nullable=True))


def downgrade() -> None:
    for column in reversed(COLUMNS):
        op.drop_column("network_edge", column)
