"""What a unit did last is found without reading all it ever did; long values are packed by the quicker method."""

from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

# A decision holds every unit with its legs, some 60 kB, and so does the answer kept of it: lz4 packs them in a third of
# the time of the default. A server built without lz4 goes on with the default.
PACKING = """
DO $$
BEGIN
  ALTER TABLE decision ALTER COLUMN inputs SET COMPRESSION lz4, ALTER COLUMN result SET COMPRESSION lz4;
  ALTER TABLE request ALTER COLUMN answer SET COMPRESSION lz4;
EXCEPTION WHEN feature_not_supported THEN
  RAISE NOTICE 'this server has no lz4';
END $$
"""


def upgrade() -> None:
    op.create_index("assignment_unit_ended_at_idx", "assignment", ["unit", "ended_at"])
    op.execute(PACKING)


def downgrade() -> None:
    op.drop_index("assignment_unit_ended_at_idx", "assignment")
