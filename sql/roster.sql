-- name: filled_until^
-- The area's time zone, and the beginning of the last duty written for it.
SELECT a.time_zone, (SELECT max(lower(d.during)) FROM duty d WHERE d.area = a.id) AS last_begins
FROM area a WHERE a.id = :area;

-- name: patterns
-- The repeating pattern of an area's roster.
SELECT p.unit, p.member, p.kit, p.cycle_days, p.cycle_day, p.starts, p.hours
FROM roster_pattern p WHERE p.area = :area ORDER BY p.unit, p.cycle_day, p.starts, p.member;

-- name: add_duties$
-- Writes duties, except where the member is already on duty in that time; how many were written.
WITH added AS (
  INSERT INTO duty (area, unit, member, kit, during)
  SELECT :area, d.unit, d.member, string_to_array(d.kit, ';'), tstzrange(d.begins, d.ends)
  FROM unnest(:units::uuid[], :members::uuid[], :kits::text[], :begins::timestamptz[], :ends::timestamptz[])
    AS d (unit, member, kit, begins, ends)
  ON CONFLICT DO NOTHING
  RETURNING 1)
SELECT count(*) FROM added;
