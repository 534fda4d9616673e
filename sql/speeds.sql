-- name: current^
-- The speeds and conditions an area brings itself; none where it has what is built in.
SELECT id, version, rows::text AS rows FROM speeds WHERE area = :area AND current;

-- name: of_version^
-- The same of a version, in use or not.
SELECT id, version, rows::text AS rows FROM speeds WHERE area = :area AND version = :version
ORDER BY loaded_at DESC LIMIT 1;
