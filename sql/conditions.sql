-- name: switch!
-- The next in the area's history; who writes it holds the area's lock, so that nobody takes the same number.
INSERT INTO conditions (id, area, number, profile, reason, by, at)
SELECT :id, :area, coalesce(max(number), 0) + 1, :profile, :reason, :by, :at FROM conditions WHERE area = :area;

-- name: latest
-- The latest of an area's history, the present first, at most so many.
SELECT c.area, c.number AS version, c.profile, c.reason, a.name AS by, c.at
FROM conditions c JOIN account a ON a.id = c.by
WHERE c.area = :area ORDER BY c.number DESC LIMIT :most;
