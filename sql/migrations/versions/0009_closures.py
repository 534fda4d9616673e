"""Closures: ways shut or changed for a while, who said so, and when it was over."""

from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

CLOSURE = """
CREATE TABLE closure (
  id uuid PRIMARY KEY,
  area uuid NOT NULL REFERENCES area (id),
  named jsonb NOT NULL,
  edges text[] NOT NULL,
  name_zh text NOT NULL,
  name_en text NOT NULL,
  layer text NOT NULL,
  mode text NOT NULL,
  delay_s double precision,
  factor double precision,
  direction text,
  valid_from timestamptz NOT NULL,
  valid_until timestamptz,
  reason text NOT NULL,
  by uuid NOT NULL REFERENCES account (id),
  made_at timestamptz NOT NULL,
  ended_at timestamptz,
  ended_by uuid REFERENCES account (id),
  ended_reason text,
  version bigint NOT NULL DEFAULT 1,
  CONSTRAINT closure_a_closure_closes_something_check CHECK (cardinality(edges) > 0),
  CONSTRAINT closure_layer_is_known_check CHECK (layer IN ('vehicle', 'foot', 'both')),
  CONSTRAINT closure_mode_is_known_check CHECK (mode IN ('shut', 'slow', 'one_way', 'on_request')),
  CONSTRAINT closure_direction_is_known_check CHECK (direction IN ('forward', 'backward')),
  CONSTRAINT closure_one_way_has_a_direction_check CHECK ((mode = 'one_way') = (direction IS NOT NULL)),
  CONSTRAINT closure_on_request_has_a_delay_check CHECK ((mode = 'on_request') = (delay_s IS NOT NULL)),
  CONSTRAINT closure_slow_says_how_slow_check CHECK ((mode = 'slow') = (factor IS NOT NULL)),
  CONSTRAINT closure_it_ends_after_it_begins_check CHECK (valid_until > valid_from),
  CONSTRAINT closure_ended_by_somebody_check CHECK ((ended_at IS NULL) = (ended_by IS NULL))
);

COMMENT ON COLUMN closure.id IS 'made by the sender';

COMMENT ON COLUMN closure.named IS 'what was said: edges, a kind, or a polygon with its datum';

COMMENT ON COLUMN closure.edges IS 'the codes that this named in the network of that moment';

CREATE INDEX closure_not_ended_idx ON closure (area) WHERE ended_at IS NULL;

CREATE INDEX closure_of_area_idx ON closure (area, made_at DESC);
"""


def upgrade() -> None:
    for statement in CLOSURE.strip().split("\n\n"):
        op.execute(statement)


def downgrade() -> None:
    op.execute("DROP TABLE closure")
