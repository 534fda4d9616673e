-- name: area^
-- An area's names, and whether it was made up for a demonstration.
SELECT id, code, name_zh, name_en, illustrative FROM area WHERE code = :code;

-- name: teams
-- The teams of an area.
SELECT code, name_zh, name_en, members, phone FROM team WHERE area = :area ORDER BY code;

-- name: cells
-- The cells of an area on a day: what they are, who has them in what order, and where their target comes from.
SELECT c.code, c.name_zh, c.name_en, c.kind, c.code_status, g.code AS grid_code, g.name_zh AS grid_zh,
       g.name_en AS grid_en, c.target_s AS own_target_s, c.target_source, c.illustrative,
       ARRAY(SELECT t.code FROM cell_team ct JOIN team t ON t.id = ct.team
             WHERE ct.cell = c.id AND ct.valid @> :day::date ORDER BY ct.rank) AS teams
FROM cell c JOIN grid g ON g.id = c.grid
WHERE c.area = :area AND c.valid @> :day::date ORDER BY c.code;

-- name: contacts
-- Who answers for each cell on a day, in the order they were written.
SELECT c.code AS cell, k.role_zh, k.role_en, k.person, k.phone
FROM cell_contact k JOIN cell c ON c.id = k.cell
WHERE c.area = :area AND c.valid @> :day::date AND k.valid @> :day::date ORDER BY c.code, k.role_en, k.person;

-- name: places
-- What has a name that a caller may say: call points with their signs, then places.
SELECT 'call_point' AS kind, code, name_zh, name_en, ST_X(point) AS lon, ST_Y(point) AS lat
FROM call_point WHERE area = :area
UNION ALL
SELECT 'place', code, name_zh, name_en, ST_X(point), ST_Y(point) FROM place WHERE area = :area
ORDER BY kind, code;

-- name: units
-- The units of an area with their posts, and the hours of the day at which their rosters put somebody on duty.
SELECT u.code, u.name_zh, u.name_en, t.code AS team, u.post_code AS post, u.vehicle, u.turnout_s, u.phone,
       ARRAY(SELECT DISTINCT r.starts || '+' || r.hours::text FROM roster_pattern r WHERE r.unit = u.id ORDER BY 1) AS shifts
FROM unit u JOIN team t ON t.id = u.team
WHERE u.area = :area ORDER BY u.code;
