"""The feed's outbox, the one clock, and tables that only grow."""

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

FEED = """
CREATE SCHEMA feed;

CREATE TABLE feed.stream (
  name text PRIMARY KEY,
  seq bigint NOT NULL DEFAULT 0,
  floor bigint NOT NULL DEFAULT 0
);

CREATE TABLE feed.outbox (
  stream text NOT NULL,
  seq bigint NOT NULL,
  kind text NOT NULL,
  id uuid NOT NULL,
  version bigint NOT NULL,
  body jsonb NOT NULL,
  at timestamptz NOT NULL,
  PRIMARY KEY (stream, seq, at)
) PARTITION BY RANGE (at);

-- Takes what no daily partition takes, so that an emit never fails for want of one.
CREATE TABLE feed.outbox_rest PARTITION OF feed.outbox DEFAULT;

CREATE TABLE feed.cursor (
  device text NOT NULL,
  stream text NOT NULL,
  epoch text NOT NULL,
  seq bigint NOT NULL,
  at timestamptz NOT NULL,
  PRIMARY KEY (device, stream)
);

-- The counter's row lock is held to the end of the transaction: sequence order is commit order, without holes.
CREATE FUNCTION feed.emit(p_stream text, p_kind text, p_id uuid, p_version bigint, p_body jsonb, p_at timestamptz)
RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE s bigint;
BEGIN
  INSERT INTO feed.stream AS h (name, seq) VALUES (p_stream, 1)
    ON CONFLICT (name) DO UPDATE SET seq = h.seq + 1
    RETURNING h.seq INTO s;
  INSERT INTO feed.outbox (stream, seq, kind, id, version, body, at)
    VALUES (p_stream, s, p_kind, p_id, p_version, p_body, p_at);
  RETURN s;
END $$;

-- Changes on a failover, when a number could mean something else.
CREATE FUNCTION feed.epoch() RETURNS text LANGUAGE sql VOLATILE AS $$
  SELECT s.system_identifier || '-' || substr(pg_walfile_name(pg_current_wal_insert_lsn()), 1, 8) || '-' || d.oid
  FROM pg_control_system() s, pg_database d WHERE d.datname = current_database()
$$;

-- Makes the partitions of the coming days and drops those older than p_days, raising the floors with them.
CREATE FUNCTION feed.roll(p_at timestamptz, p_days int DEFAULT 8) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  d date; part text; old record;
BEGIN
  PERFORM pg_advisory_xact_lock(hashtext('feed.roll'));
  FOR d IN SELECT (p_at AT TIME ZONE 'UTC')::date + n FROM generate_series(0, 2) n LOOP
    part := 'outbox_' || to_char(d, 'YYYYMMDD');
    IF to_regclass('feed.' || part) IS NULL AND NOT EXISTS (
      SELECT FROM feed.outbox_rest r WHERE (r.at AT TIME ZONE 'UTC')::date = d
    ) THEN
      EXECUTE format('CREATE TABLE feed.%I PARTITION OF feed.outbox FOR VALUES FROM (%L) TO (%L)',
        part, d::timestamp AT TIME ZONE 'UTC', (d + 1)::timestamp AT TIME ZONE 'UTC');
    END IF;
  END LOOP;
  FOR old IN
    SELECT c.relname FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
    WHERE i.inhparent = 'feed.outbox'::regclass AND c.relname ~ '^outbox_[0-9]{8}$'
      AND to_date(right(c.relname, 8), 'YYYYMMDD') < (p_at AT TIME ZONE 'UTC')::date - p_days
  LOOP
    EXECUTE format('UPDATE feed.stream s SET floor = greatest(s.floor, m.top) '
      'FROM (SELECT stream, max(seq) AS top FROM feed.%I GROUP BY stream) m WHERE m.stream = s.name', old.relname);
    EXECUTE format('DROP TABLE feed.%I', old.relname);
  END LOOP;
  WITH gone AS (
    DELETE FROM feed.outbox_rest r WHERE r.at < p_at - make_interval(days => p_days + 1) RETURNING r.stream, r.seq
  )
  UPDATE feed.stream s SET floor = greatest(s.floor, m.top)
  FROM (SELECT stream, max(seq) AS top FROM gone GROUP BY stream) m WHERE m.stream = s.name;
END $$;
"""

CLOCK = """
INSERT INTO clock (one) VALUES (true);

-- Server time is the database's; only a drill database tells another.
CREATE FUNCTION server_now() RETURNS timestamptz LANGUAGE sql VOLATILE AS $$
  SELECT CASE WHEN drill AND told_from IS NOT NULL
    THEN told_from + (clock_timestamp() - real_from) * speed
    ELSE clock_timestamp() END
  FROM clock
$$;
"""

GUARDS = """
CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION '% only grows: % is refused', TG_TABLE_NAME, TG_OP USING ERRCODE = 'restrict_violation';
END $$;

CREATE TRIGGER only_grows BEFORE UPDATE OR DELETE OR TRUNCATE ON incident_log
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

CREATE TRIGGER only_grows BEFORE UPDATE OR DELETE OR TRUNCATE ON decision
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
"""


def upgrade() -> None:
    for block in (FEED, CLOCK, GUARDS):
        for statement in block.strip().split("\n\n"):
            op.execute(statement)


def downgrade() -> None:
    for statement in (
        "DROP TRIGGER only_grows ON incident_log",
        "DROP TRIGGER only_grows ON decision",
        "DROP FUNCTION refuse_change()",
        "DROP FUNCTION server_now()",
        "DELETE FROM clock",
        "DROP SCHEMA feed CASCADE",
    ):
        op.execute(statement)
