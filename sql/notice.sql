-- Notices to crews: to whom they go, and who has them.

-- name: unknown_codes
-- What of the audience names nothing in the area today.
SELECT 'teams' AS field, said.code FROM unnest(:teams::text[]) AS said (code)
WHERE NOT EXISTS (SELECT FROM team t WHERE t.area = :area AND t.code = said.code)
UNION ALL
SELECT 'cells', said.code FROM unnest(:cells::text[]) AS said (code)
WHERE NOT EXISTS (SELECT FROM cell c WHERE c.area = :area AND c.code = said.code AND c.valid @> :day::date)
UNION ALL
SELECT 'posts', said.code FROM unnest(:posts::text[]) AS said (code)
WHERE NOT EXISTS (SELECT FROM post p WHERE p.area = :area AND p.code = said.code AND p.valid @> :day::date);

-- name: add_notice!
INSERT INTO notice (id, area, text, photo, photo_type, audience, until, by, made_at, address)
VALUES (:id, :area, :text, :photo, :photo_type, :audience, :until, :by, :at, :address);

-- name: add_units
-- The units of the teams, of the posts, of the teams that own the cells, and with their post in one of the cells.
INSERT INTO notice_unit (notice, unit)
SELECT :notice::uuid, u.id
FROM unit u JOIN team t ON t.id = u.team
LEFT JOIN post p ON p.area = u.area AND p.code = u.post_code AND p.valid @> :day::date
WHERE u.area = :area AND (
  :everybody OR t.code = ANY (:teams::text[]) OR u.post_code = ANY (:posts::text[])
  OR EXISTS (
    SELECT FROM cell c LEFT JOIN cell_team o ON o.cell = c.id AND o.rank = 0 AND o.valid @> :day::date
    WHERE c.area = u.area AND c.code = ANY (:cells::text[]) AND c.valid @> :day::date
      AND (o.team = u.team OR ST_Covers(c.geom, p.point))))
RETURNING unit;

-- name: lock_notice^
SELECT id, until, ended_at FROM notice WHERE id = :id AND area = :area FOR NO KEY UPDATE;

-- name: end_notice!
UPDATE notice SET ended_at = :at, ended_by = :by, version = version + 1 WHERE id = :id;

-- name: touch!
UPDATE notice SET version = version + 1 WHERE id = ANY (:ids::uuid[]);

-- name: units_of
SELECT unit FROM notice_unit WHERE notice = :notice;

-- name: see^
-- The unit's crew has seen it, once; it had then been delivered, whatever else was heard of that.
UPDATE notice_unit SET seen_at = :at, seen_by = :by, delivered_at = coalesce(delivered_at, :at)
WHERE notice = :notice AND unit = :unit AND seen_at IS NULL
RETURNING unit;

-- name: is_for^
SELECT unit FROM notice_unit WHERE notice = :notice AND unit = :unit;

-- name: deliver
-- Notices that a unit's device has stored: those whose event lies at or below what it acknowledged.
UPDATE notice_unit n SET delivered_at = :at
WHERE n.unit = :unit AND n.delivered_at IS NULL AND EXISTS (
  SELECT FROM feed.outbox o
  WHERE o.stream = 'unit/' || n.unit AND o.seq <= :seq AND o.kind = 'notice' AND o.id = n.notice)
RETURNING n.notice;

-- name: lock_undelivered
-- The notices that a unit's device may have stored, locked in the order of their ids.
SELECT id FROM notice WHERE id IN (SELECT notice FROM notice_unit WHERE unit = :unit AND delivered_at IS NULL)
ORDER BY id FOR NO KEY UPDATE;

-- name: notice_rows
SELECT n.id, n.area, n.text, n.photo IS NOT NULL AS photo, n.audience, n.until, a.name AS by, n.made_at, n.ended_at,
       e.name AS ended_by, n.version, c.units, c.delivered, c.seen
FROM notice n JOIN account a ON a.id = n.by LEFT JOIN account e ON e.id = n.ended_by
CROSS JOIN LATERAL (
  SELECT count(*) AS units, count(delivered_at) AS delivered, count(seen_at) AS seen
  FROM notice_unit u WHERE u.notice = n.id
) c
WHERE n.id = ANY (:ids::uuid[]) ORDER BY n.made_at DESC, n.id;

-- name: notices_of_unit
-- As the unit's crew reads them: those named, or all that stand or ended after the instant given.
SELECT n.id, n.area, u.unit, n.text, n.photo IS NOT NULL AS photo, n.until, a.name AS by, n.made_at, n.ended_at,
       u.seen_at, n.version
FROM notice_unit u JOIN notice n ON n.id = u.notice JOIN account a ON a.id = n.by
WHERE u.unit = ANY (:units::uuid[]) AND (:ids::uuid[] IS NULL OR n.id = ANY (:ids::uuid[]))
  AND (:ids::uuid[] IS NOT NULL OR (n.until > :since AND (n.ended_at IS NULL OR n.ended_at > :since)))
ORDER BY n.made_at DESC, n.id;

-- name: shown_ids
-- The notices of an area that stand or were over only after the instant given.
SELECT id FROM notice
WHERE area = :area AND until > :since AND (ended_at IS NULL OR ended_at > :since) ORDER BY made_at DESC, id;

-- name: who_has
-- Each unit that a notice is for, and since when it has it and has seen it.
SELECT u.id AS unit, u.code AS unit_code, t.code AS team, n.delivered_at, n.seen_at, a.name AS seen_by
FROM notice_unit n JOIN unit u ON u.id = n.unit JOIN team t ON t.id = u.team LEFT JOIN account a ON a.id = n.seen_by
WHERE n.notice = :notice ORDER BY u.code;

-- name: photo^
SELECT n.photo, n.photo_type FROM notice n
WHERE n.id = :id AND n.area = :area
  AND (:unit::uuid IS NULL OR EXISTS (SELECT FROM notice_unit u WHERE u.notice = n.id AND u.unit = :unit));
