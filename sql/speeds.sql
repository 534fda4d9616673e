-- name: current^
-- The speeds and conditions an area brings itself; none where it has what is built in.
SELECT id, version, rows::text AS rows FROM speeds WHERE area = :area AND current;
