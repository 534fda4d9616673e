"""An incident has one owner: a committee, or else the command centre."""

from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("ALTER TABLE incident ADD COLUMN owner uuid")
    op.execute("ALTER TABLE incident ADD CONSTRAINT incident_owner_fkey FOREIGN KEY (owner) REFERENCES committee (id)")


def downgrade() -> None:
    op.execute("ALTER TABLE incident DROP COLUMN owner")
