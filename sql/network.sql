-- name: current^
-- The network in use in an area, with the area's code and projection.
SELECT n.id, n.version, n.closures, a.code, a.srid
FROM network n JOIN area a ON a.id = n.area
WHERE n.area = :area AND n.current;

-- name: nodes
-- The nodes of a network, in the order of their codes.
SELECT code, ST_X(point) AS lon, ST_Y(point) AS lat, elevation_m, name_zh, name_en, source, confidence
FROM network_node WHERE network = :network ORDER BY code;

-- name: edges
-- The edges of a network, in the order of their codes.
SELECT code, from_node, to_node, edge_class, length_m, ascent_m, descent_m, ST_AsBinary(line) AS line, lift::text AS lift,
  vehicle, foot, max_speed_kmh, kind, surface, steps, name_zh, name_en, source, confidence
FROM network_edge WHERE network = :network ORDER BY code;

-- name: of_version^
-- The network that an area had under a version, in use or not.
SELECT n.id, n.version, n.closures, a.code, a.srid
FROM network n JOIN area a ON a.id = n.area
WHERE n.area = :area AND n.version = :version ORDER BY n.loaded_at DESC LIMIT 1;
