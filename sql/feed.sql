-- The feed's own queries: where streams stand, what follows a cursor, and what devices have stored.

-- name: present
-- Epoch and server time, with head and floor of each named stream; one row with a null name when none is named.
SELECT here.epoch, here.at, want.name, coalesce(s.seq, 0) AS head, coalesce(s.floor, 0) AS floor
FROM (SELECT feed.epoch() AS epoch, server_now() AS at OFFSET 0) AS here
LEFT JOIN unnest(:names::text[]) AS want (name) ON true
LEFT JOIN feed.stream s ON s.name = want.name;

-- name: events
-- The next events of each stream after a number, in order, at most so many of each.
SELECT o.stream, o.seq, o.kind, o.id, o.version, o.body::text AS body, o.at
FROM unnest(:names::text[], :numbers::bigint[]) AS want (name, number)
CROSS JOIN LATERAL (
  SELECT each.stream, each.seq, each.kind, each.id, each.version, each.body, each.at
  FROM feed.outbox each
  WHERE each.stream = want.name AND each.seq > want.number
  ORDER BY each.seq
  LIMIT :most
) AS o
ORDER BY o.stream, o.seq;

-- name: store_cursors!
-- What devices say they have stored; within an epoch a cursor never goes back.
INSERT INTO feed.cursor AS c (device, stream, epoch, seq, at)
SELECT n.device, n.stream, n.epoch, n.seq, server_now()
FROM unnest(:devices::text[], :streams::text[], :epochs::text[], :numbers::bigint[]) AS n (device, stream, epoch, seq)
ON CONFLICT (device, stream) DO UPDATE
SET seq = CASE WHEN c.epoch = excluded.epoch THEN greatest(c.seq, excluded.seq) ELSE excluded.seq END,
    epoch = excluded.epoch,
    at = excluded.at;

-- name: tell$
-- Wake the readers in other processes; called in a transaction of its own, after the commit it tells of.
SELECT pg_notify('feed', :names);

-- name: roll$
-- Make the outbox's partitions of the coming days, drop the old ones.
SELECT feed.roll(server_now());

-- name: sessions
-- Whether sessions were ended, and when they will be over.
SELECT id, ended_at, expires_at FROM session WHERE id = ANY (:ids::uuid[]);

-- name: latest_positions
-- The newest position of each unit of the areas, if it is not too old to be shown as where the unit is.
SELECT u.area, u.id AS unit, ST_X(p.point) AS lon, ST_Y(p.point) AS lat, p.at, p.last
FROM unit u
CROSS JOIN LATERAL (
  SELECT q.point, least(q.device_at, q.at) AS at, q.id AS last
  FROM position q
  WHERE q.unit = u.id
  ORDER BY q.device_at DESC
  LIMIT 1
) AS p
WHERE u.area = ANY (:areas::uuid[]) AND p.at > server_now() - :fresh::interval;

-- name: last_position$
-- The number from which to look for new positions.
SELECT coalesce(max(id), 0) FROM position;

-- name: positions_after
-- Positions stored since a number, oldest first.
SELECT u.area, p.unit, ST_X(p.point) AS lon, ST_Y(p.point) AS lat, least(p.device_at, p.at) AS at, p.id AS last
FROM position p
JOIN unit u ON u.id = p.unit
WHERE p.id > :number AND u.area = ANY (:areas::uuid[])
ORDER BY p.device_at;
