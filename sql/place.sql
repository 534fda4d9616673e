-- name: gazetteer_rows
-- Everything with a name that a caller may use, with its point and its cell.
WITH named AS (
  SELECT 'place' AS kind, code, name_zh, name_en, aliases, point, elevation_m FROM place WHERE area = :area
  UNION ALL
  SELECT 'call_point', code, name_zh, name_en, '{}', point, elevation_m FROM call_point WHERE area = :area
  UNION ALL
  SELECT 'post', code, name_zh, name_en, '{}', point, elevation_m FROM post WHERE area = :area AND valid @> :day::date
  UNION ALL
  SELECT 'cell', code, name_zh, name_en, '{}', ST_PointOnSurface(geom), NULL FROM cell
  WHERE area = :area AND valid @> :day::date
)
SELECT n.kind, n.code, n.name_zh, n.name_en, n.aliases, ST_X(n.point) AS lon, ST_Y(n.point) AS lat, n.elevation_m,
       c.code AS cell
FROM named n
LEFT JOIN LATERAL (
  SELECT code FROM cell WHERE area = :area AND valid @> :day::date AND ST_Covers(geom, n.point) ORDER BY code LIMIT 1
) c ON true
ORDER BY n.kind, n.code;

-- name: cell_at^
-- The cell that holds the point, or the nearest one, with how far the point lies outside the area (0 inside).
SELECT c.id, c.code, c.target_s, c.target_source,
       CASE WHEN ST_Covers(a.boundary, p.point) THEN 0
            ELSE ST_Distance(a.boundary::geography, p.point::geography) END AS outside_m
FROM (SELECT ST_SetSRID(ST_MakePoint(:lon::float8, :lat::float8), 4326) AS point) p
CROSS JOIN area a
LEFT JOIN LATERAL (
  SELECT id, code, target_s, target_source FROM cell
  WHERE area = a.id AND valid @> :day::date ORDER BY geom <-> p.point, code LIMIT 1
) c ON true
WHERE a.id = :area;

-- name: committee_rows
SELECT code, name_zh, name_en FROM committee WHERE area = :area ORDER BY code;

-- name: cell_named^
-- A cell by its code, with a point inside it and the radius of a circle as large as it.
SELECT id, code, name_zh, name_en, ST_X(ST_PointOnSurface(geom)) AS lon, ST_Y(ST_PointOnSurface(geom)) AS lat,
       sqrt(ST_Area(geom::geography) / pi()) AS radius_m, ST_AsBinary(geom) AS geom
FROM cell WHERE area = :area AND code = :code AND valid @> :day::date;

-- name: call_point_named^
SELECT code, name_zh, name_en, ST_X(point) AS lon, ST_Y(point) AS lat FROM call_point
WHERE area = :area AND code = :code;

-- name: type_with_card^
-- A type of incident at the priority given, else at its own, and the card for that, else the one for every priority.
SELECT t.id, t.code AS type_code, coalesce(:priority, t.priority) AS priority,
       r.id AS card, r.priority AS card_priority, r.target_s, r.needs, r.second_tier, r.responders, r.auto_assign
FROM incident_type t
LEFT JOIN LATERAL (
  SELECT * FROM run_card WHERE incident_type = t.id AND (priority = coalesce(:priority, t.priority) OR priority IS NULL)
  ORDER BY priority NULLS LAST LIMIT 1
) r ON true
WHERE t.area = :area AND t.code = :code;

-- name: responder_rows
SELECT code, kind, name_zh, name_en, phone FROM responder
WHERE area = :area AND valid @> :day::date ORDER BY kind, code;

-- name: responders_of_kinds
SELECT code, kind, name_zh, name_en, phone FROM responder
WHERE area = :area AND kind = ANY(:kinds::text[]) AND valid @> :day::date
ORDER BY kind, CASE WHEN point IS NULL THEN 0 ELSE ST_Distance(point, ST_SetSRID(ST_MakePoint(:lon::float8, :lat::float8), 4326)) END;

-- name: type_rows
SELECT t.code, t.name_zh, t.name_en, t.priority, r.priority AS card_priority, r.target_s, r.needs, r.second_tier,
       r.responders, r.auto_assign, r.deliver_s, r.alarm_s, r.acknowledge_s, r.move_s, r.on_scene_s, r.check_in_s,
       r.notes_zh, r.notes_en, r.id AS card
FROM incident_type t LEFT JOIN run_card r ON r.incident_type = t.id
WHERE t.area = :area ORDER BY t.priority, t.code, r.priority NULLS FIRST;

-- name: cell_rows
SELECT c.id, c.area, c.code, c.name_zh, c.name_en, c.kind, c.target_s, c.target_source, c.illustrative,
       g.code AS grid_code, g.name_zh AS grid_zh, g.name_en AS grid_en,
       m.code AS committee_code, m.name_zh AS committee_zh, m.name_en AS committee_en,
       ST_X(inside.center) AS label_lon, ST_Y(inside.center) AS label_lat, ST_AsGeoJSON(c.geom, 6)::jsonb AS geometry,
       coalesce(t.teams, '[]'::jsonb) AS teams
FROM cell c JOIN grid g ON g.id = c.grid LEFT JOIN committee m ON m.id = c.committee
CROSS JOIN LATERAL ST_MaximumInscribedCircle(c.geom) inside
LEFT JOIN LATERAL (
  SELECT jsonb_agg(jsonb_build_object('rank', ct.rank, 'code', team.code, 'name_zh', team.name_zh,
                                      'name_en', team.name_en) ORDER BY ct.rank) AS teams
  FROM cell_team ct JOIN team ON team.id = ct.team WHERE ct.cell = c.id AND ct.valid @> :day::date
) t ON true
WHERE c.area = :area AND c.valid @> :day::date ORDER BY c.code;

-- name: post_rows
SELECT p.id, p.area, p.code, p.name_zh, p.name_en, p.kind, t.code AS team_code, t.name_zh AS team_zh, t.name_en AS team_en,
       ST_X(p.point) AS lon, ST_Y(p.point) AS lat, p.elevation_m, p.phone, p.source, p.confidence, p.illustrative
FROM post p LEFT JOIN team t ON t.id = p.team
WHERE p.area = :area AND p.valid @> :day::date ORDER BY p.code;

-- name: latest_positions
-- The newest reported position of each unit of the area, for those newer than the instant given.
SELECT DISTINCT ON (x.unit) x.unit, ST_X(x.point) AS lon, ST_Y(x.point) AS lat, x.device_at AS at
FROM position x JOIN unit u ON u.id = x.unit
WHERE u.area = :area AND x.at > :since ORDER BY x.unit, x.device_at DESC;
