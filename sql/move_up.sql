-- Free units sent to stand by at other posts.

-- name: add_move!
INSERT INTO move_up (id, area, unit, post, travel_s, mends, reason, by, made_at)
VALUES (:id, :area, :unit, :post, :travel_s, :mends, :reason, :by, :at);

-- name: post_named^
-- A post of the day by its code.
SELECT id, code, ST_X(point) AS lon, ST_Y(point) AS lat FROM post
WHERE area = :area AND code = :code AND valid @> :day::date;

-- name: lock_move^
-- A move with all that a step may change, locked.
SELECT m.id, m.unit, m.acknowledged_at, m.en_route_at, m.there_at, m.ended_at, m.made_at,
       ST_X(p.point) AS lon, ST_Y(p.point) AS lat
FROM move_up m JOIN post p ON p.id = m.post
WHERE m.id = :id AND m.area = :area FOR NO KEY UPDATE OF m;

-- name: step_move!
UPDATE move_up
SET acknowledged_at = coalesce(acknowledged_at, :acknowledged_at), en_route_at = coalesce(en_route_at, :en_route_at),
    there_at = coalesce(there_at, :there_at), ended_at = :ended_at, ended_because = :because, version = version + 1
WHERE id = :id;

-- name: end_moves_of
-- End the open moves of units; answers which.
UPDATE move_up SET ended_at = :at, ended_because = :because, version = version + 1
WHERE unit = ANY (:units::uuid[]) AND ended_at IS NULL
RETURNING id, unit;

-- name: log_step*!
INSERT INTO move_up_step (move_up, step, at, device_at, note, said_by, channel, address, by)
VALUES (:move_up, :step, :at, :device_at, :note, :said_by, :channel, :address, :by);

-- name: move_rows
SELECT m.id, m.area, m.unit, u.code AS unit_code, p.code AS post_code, p.name_zh AS post_zh, p.name_en AS post_en,
       ST_X(p.point) AS lon, ST_Y(p.point) AS lat, m.travel_s, m.mends, m.reason, a.name AS by, m.made_at,
       m.acknowledged_at, m.en_route_at, m.there_at, m.ended_at, m.ended_because, m.version
FROM move_up m JOIN unit u ON u.id = m.unit JOIN post p ON p.id = m.post JOIN account a ON a.id = m.by
WHERE m.id = ANY (:ids::uuid[]) ORDER BY m.made_at DESC, m.id;

-- name: shown_ids
-- The moves of an area, or of one of its units, that stand or ended after the instant given; newest first.
SELECT id FROM move_up
WHERE area = :area AND (:unit::uuid IS NULL OR unit = :unit) AND (ended_at IS NULL OR ended_at > :since)
ORDER BY made_at DESC, id;

-- name: shown_ids_of_unit
SELECT id FROM move_up WHERE unit = :unit AND (ended_at IS NULL OR ended_at > :since);
