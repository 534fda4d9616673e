-- name: stand^
-- What live coverage changes with, besides the network and the hour: events of the area, and each unit's latest position.
SELECT coalesce((SELECT seq FROM feed.stream WHERE name = 'area/' || :area::uuid::text), 0) AS seq,
       (SELECT string_agg(p.id::text, ',' ORDER BY u.code) FROM unit u
        CROSS JOIN LATERAL (
          SELECT id FROM position WHERE unit = u.id ORDER BY device_at DESC LIMIT 1
        ) p WHERE u.area = :area) AS positions;

-- name: cells
-- The cells of an area on a day: their shapes, and the response times asked of them.
SELECT c.code, c.name_zh, c.name_en, ST_AsBinary(c.geom) AS geom, coalesce(c.target_s, a.target_s) AS target_s,
       c.visitors
FROM cell c JOIN area a ON a.id = c.area
WHERE c.area = :area AND c.valid @> :day::date ORDER BY c.code;

-- name: places
-- The named places of an area.
SELECT ST_X(point) AS lon, ST_Y(point) AS lat FROM place WHERE area = :area ORDER BY code;

-- name: areas
-- The areas there are, with what a plan needs of each, and the instant.
SELECT id, code, time_zone, allowance_s, server_now() AS at FROM area ORDER BY code;

-- name: posts
-- Where units stand by on a day, and whether a team has the post.
SELECT code, name_zh, name_en, kind, team IS NOT NULL AS of_a_team, phone, ST_X(point) AS lon, ST_Y(point) AS lat
FROM post WHERE area = :area AND valid @> :day::date ORDER BY code;
