"""Orders are chased: timers, alarms, what goes by the second channel, and a heart that beats."""

from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

RUNGS = ("deliver_s", "alarm_s", "acknowledge_s", "move_s", "on_scene_s", "check_in_s")

TABLES = """
CREATE TABLE timer (
  kind text NOT NULL,
  thing uuid NOT NULL,
  area uuid NOT NULL CONSTRAINT timer_area_fkey REFERENCES area (id),
  incident uuid NOT NULL CONSTRAINT timer_incident_fkey REFERENCES incident (id),
  due_at timestamptz NOT NULL,
  CONSTRAINT timer_pkey PRIMARY KEY (kind, thing),
  CONSTRAINT timer_kind_is_known_check CHECK (kind IN ('assignment'))
);

COMMENT ON TABLE timer IS 'When to look at a thing again; one for each thing, moved by every change of it';

COMMENT ON COLUMN timer.incident IS 'locked by who fires or moves it';

CREATE INDEX timer_due_at_idx ON timer (due_at);

CREATE INDEX timer_incident_idx ON timer (incident);

CREATE TABLE alarm (
  id uuid NOT NULL DEFAULT gen_random_uuid() CONSTRAINT alarm_pkey PRIMARY KEY,
  area uuid NOT NULL CONSTRAINT alarm_area_fkey REFERENCES area (id),
  incident uuid NOT NULL CONSTRAINT alarm_incident_fkey REFERENCES incident (id),
  assignment uuid CONSTRAINT alarm_assignment_fkey REFERENCES assignment (id),
  unit uuid CONSTRAINT alarm_unit_fkey REFERENCES unit (id),
  exercise uuid CONSTRAINT alarm_exercise_fkey REFERENCES exercise (id),
  what text NOT NULL,
  due_at timestamptz NOT NULL,
  raised_at timestamptz NOT NULL,
  stale boolean NOT NULL,
  offer jsonb,
  ended_at timestamptz,
  ended_by text,
  version bigint NOT NULL DEFAULT 1,
  CONSTRAINT alarm_ended_by_something_check CHECK ((ended_at IS NULL) = (ended_by IS NULL))
);

COMMENT ON COLUMN alarm.stale IS 'raised so late that nothing was done by itself';

COMMENT ON COLUMN alarm.offer IS 'another unit to send, with the decision that says so';

COMMENT ON COLUMN alarm.ended_by IS 'the step that answered it, or position';

CREATE UNIQUE INDEX one_standing_alarm_of_a_kind ON alarm (incident, coalesce(assignment, incident), what)
  WHERE ended_at IS NULL;

CREATE INDEX alarm_incident_idx ON alarm (incident);

CREATE INDEX alarm_assignment_idx ON alarm (assignment);

CREATE TABLE page (
  id uuid NOT NULL DEFAULT gen_random_uuid() CONSTRAINT page_pkey PRIMARY KEY,
  area uuid NOT NULL CONSTRAINT page_area_fkey REFERENCES area (id),
  incident uuid NOT NULL CONSTRAINT page_incident_fkey REFERENCES incident (id),
  assignment uuid NOT NULL CONSTRAINT page_assignment_fkey REFERENCES assignment (id),
  unit uuid NOT NULL CONSTRAINT page_unit_fkey REFERENCES unit (id),
  alarm uuid NOT NULL CONSTRAINT page_alarm_fkey REFERENCES alarm (id),
  body jsonb NOT NULL,
  at timestamptz NOT NULL,
  next_try_at timestamptz,
  tries integer NOT NULL DEFAULT 0,
  sent_at timestamptz,
  failure text,
  replied_at timestamptz,
  reply text
);

COMMENT ON TABLE page IS 'Orders told through the second channel; an outbox that survives any process';

COMMENT ON COLUMN page.body IS 'what the second channel is told, as it is signed and sent';

COMMENT ON COLUMN page.next_try_at IS 'by the real clock; null: sent, given up or not wanted';

CREATE INDEX page_waiting_idx ON page (next_try_at) WHERE next_try_at IS NOT NULL;

CREATE UNIQUE INDEX one_page_per_assignment ON page (assignment);

CREATE TABLE heartbeat (
  name text NOT NULL CONSTRAINT heartbeat_pkey PRIMARY KEY,
  at timestamptz NOT NULL,
  process text NOT NULL
);

COMMENT ON TABLE heartbeat IS 'When each kind of work that must never stop was last seen at work, by the real clock';

-- Who acts where no person does; nobody can sign in as it.
INSERT INTO account (id, login, name, password_hash, disabled_at)
VALUES ('00000000-0000-4000-8000-000000000001', 'service', '系统', '!', clock_timestamp());
"""


def upgrade() -> None:
    for name in RUNGS:
        op.execute(f"ALTER TABLE run_card ADD COLUMN {name} integer")
        op.execute(f"COMMENT ON COLUMN run_card.{name} IS 'null: the ladder''s default'")
    for statement in TABLES.strip().split("\n\n"):
        op.execute(statement)


def downgrade() -> None:
    for table in ("heartbeat", "page", "alarm", "timer"):
        op.execute(f"DROP TABLE {table}")
    for name in RUNGS:
        op.execute(f"ALTER TABLE run_card DROP COLUMN {name}")
    op.execute("DELETE FROM account WHERE login = 'service'")
