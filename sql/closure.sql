-- name: raise_counter$
-- Every change of an area's closures counts here first: the row's lock makes them one after the other.
UPDATE network SET closures = closures + 1 WHERE area = :area AND current RETURNING closures;

-- name: edges_named
-- The edges that codes, a kind or a polygon (WKT, WGS-84) name in a network, in the order of their codes.
SELECT code, name_zh, name_en FROM network_edge
WHERE network = :network
  AND (code = ANY (:codes::text[]) OR edge_class = :kind OR ST_Intersects(line, ST_GeomFromText(:polygon, 4326)))
ORDER BY code;

-- name: edges_found
-- Edges whose code or name holds the words (a LIKE pattern), of one kind or of any, those that begin so first.
SELECT code, name_zh, name_en, edge_class, length_m FROM network_edge
WHERE network = :network AND (:kind::text IS NULL OR edge_class = :kind)
  AND (code ILIKE '%' || :words || '%' OR name_zh ILIKE '%' || :words || '%' OR name_en ILIKE '%' || :words || '%')
ORDER BY NOT (code ILIKE :words || '%' OR name_zh ILIKE :words || '%' OR name_en ILIKE :words || '%'), code
LIMIT :most;

-- name: add_closure!
INSERT INTO closure (id, area, named, edges, name_zh, name_en, layer, mode, factor, direction, delay_s, valid_from,
                     valid_until, reason, by, made_at)
VALUES (:id, :area, :named, :edges, :name_zh, :name_en, :layer, :mode, :factor, :direction, :delay_s, :valid_from,
        :valid_until, :reason, :by, :made_at);

-- name: closure_of^
-- Whether a closure is there and over; read under the counter's lock, it stays so.
SELECT id, valid_until, ended_at FROM closure WHERE id = :id AND area = :area;

-- name: end_closure!
UPDATE closure SET ended_at = :at, ended_by = :by, ended_reason = :reason, version = version + 1 WHERE id = :id;

-- name: standing
-- The counter of a network's area, and with it every closure that may yet apply: a row without an id where there is none.
SELECT n.closures AS counter, c.id, c.edges, c.name_zh, c.name_en, c.layer, c.mode, c.factor, c.direction, c.delay_s,
       c.valid_from, c.valid_until
FROM network n
LEFT JOIN closure c ON c.area = n.area AND c.ended_at IS NULL AND (c.valid_until IS NULL OR c.valid_until > :since)
WHERE n.id = :network
ORDER BY c.valid_from, c.id;

-- name: closure_rows
SELECT c.id, c.area, c.named, c.edges, c.name_zh, c.name_en, c.layer, c.mode, c.factor, c.direction, c.delay_s,
       c.valid_from, c.valid_until, c.reason, a.name AS by, c.made_at, c.ended_at, e.name AS ended_by, c.ended_reason,
       c.version
FROM closure c JOIN account a ON a.id = c.by LEFT JOIN account e ON e.id = c.ended_by
WHERE c.id = ANY (:ids::uuid[]) ORDER BY c.valid_from DESC, c.id;

-- name: not_over_ids
-- The closures that stand or are to come, or were over only after the instant given.
SELECT id FROM closure
WHERE area = :area AND (ended_at IS NULL OR ended_at > :since) AND (valid_until IS NULL OR valid_until > :since);

-- name: in_force_ids
-- The closures that applied at an instant.
SELECT id FROM closure
WHERE area = :area AND valid_from <= :at AND (valid_until IS NULL OR valid_until > :at)
  AND (ended_at IS NULL OR ended_at > :at);

-- name: all_ids
-- Every closure there was, the newest first, at most so many.
SELECT id FROM closure WHERE area = :area ORDER BY made_at DESC, id LIMIT :most;
