"""A committee's own squads go to incidents: sent by its word, logged with those that go by radio."""

from alembic import op

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("ALTER TABLE departure ADD COLUMN squad uuid")
    op.execute("ALTER TABLE departure ADD CONSTRAINT departure_squad_fkey FOREIGN KEY (squad) REFERENCES squad (id)")
    op.execute("ALTER TABLE departure DROP CONSTRAINT departure_a_unit_or_others_check")
    op.execute(
        "ALTER TABLE departure ADD CONSTRAINT departure_a_unit_a_squad_or_others_check"
        " CHECK (num_nonnulls(unit, squad, name) = 1)"
    )
    op.execute(
        "COMMENT ON TABLE departure IS 'Who went to an incident by word of mouth: units in shadow mode, squads of"
        " committees, others; no device is told of it'"
    )
    op.execute("COMMENT ON COLUMN departure.name IS 'who went, where that is no unit and no squad of the area'")
    op.execute("CREATE INDEX departure_squad_idx ON departure (squad) WHERE withdrawn_at IS NULL")


def downgrade() -> None:
    op.execute("DELETE FROM departure WHERE squad IS NOT NULL")
    op.execute("ALTER TABLE departure DROP CONSTRAINT departure_a_unit_a_squad_or_others_check")
    op.execute("ALTER TABLE departure DROP COLUMN squad")
    op.execute(
        "ALTER TABLE departure ADD CONSTRAINT departure_a_unit_or_others_check CHECK ((unit IS NULL) <> (name IS NULL))"
    )
