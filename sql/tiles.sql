-- name: ground^
-- What the map of an area is drawn from: its frame, what is said under it, and a version that changes with any of it.
SELECT md5(concat_ws(E'\n',
         a.id, a.name_zh, a.name_en, a.illustrative, a.boundary, n.id,
         (SELECT string_agg(md5(ROW(c.code, c.name_zh, c.name_en, c.kind, c.target_s, c.geom, t.code, t.name_zh, t.name_en)::text), '' ORDER BY c.code)
            FROM cell c
            LEFT JOIN cell_team ct ON ct.cell = c.id AND ct.rank = 0 AND ct.valid @> :day::date
            LEFT JOIN team t ON t.id = ct.team
           WHERE c.area = a.id AND c.valid @> :day::date),
         (SELECT string_agg(md5(ROW(p.code, p.name_zh, p.name_en, p.kind, p.point, t.code)::text), '' ORDER BY p.code)
            FROM post p LEFT JOIN team t ON t.id = p.team
           WHERE p.area = a.id AND p.valid @> :day::date),
         (SELECT string_agg(md5(ROW(code, name_zh, name_en, cell_code, point)::text), '' ORDER BY code)
            FROM call_point WHERE area = a.id),
         (SELECT string_agg(md5(ROW(code, name_zh, name_en, elevation_m, point)::text), '' ORDER BY code)
            FROM place WHERE area = a.id)
       )) AS version,
       a.name_zh, a.name_en, a.illustrative, a.source, n.version AS network_version,
       ST_XMin(a.boundary) AS west, ST_YMin(a.boundary) AS south, ST_XMax(a.boundary) AS east, ST_YMax(a.boundary) AS north,
       ARRAY(SELECT DISTINCT e.source FROM network_edge e WHERE e.network = n.id AND e.source LIKE '©%' ORDER BY 1) AS credits
FROM area a LEFT JOIN network n ON n.area = a.id AND n.current
WHERE a.id = :area;

-- name: tile$
-- One tile of an area as it is on a day, in the Mapbox Vector Tile format; empty bytes where nothing of it lies there.
-- From far away only what leads somewhere is drawn: small things would lie on each other, and the tile grow with the area.
WITH frame AS (
  SELECT ST_TileEnvelope(:z::int, :x::int, :y::int) AS square,
         ST_Transform(ST_TileEnvelope(:z::int, :x::int, :y::int, margin => 0.03), 4326) AS around
),
boundary AS (
  SELECT a.code, a.name_zh, a.name_en,
         ST_AsMVTGeom(ST_Transform(ST_Boundary(a.boundary), 3857), f.square, 4096, 64) AS shape
  FROM area a, frame f WHERE a.id = :area AND a.boundary && f.around
),
cells AS (
  SELECT c.code, c.name_zh, c.name_en, c.kind, coalesce(c.target_s, a.target_s) AS target_s,
         t.code AS team, t.name_zh AS team_zh, t.name_en AS team_en,
         ST_AsMVTGeom(ST_Transform(c.geom, 3857), f.square, 4096, 64) AS shape
  FROM frame f
  JOIN cell c ON c.geom && f.around
  JOIN area a ON a.id = c.area
  LEFT JOIN cell_team ct ON ct.cell = c.id AND ct.rank = 0 AND ct.valid @> :day::date
  LEFT JOIN team t ON t.id = ct.team
  WHERE c.area = :area AND c.valid @> :day::date
),
ways AS (
  SELECT e.code, e.name_zh, e.name_en, e.edge_class AS class, e.illustrative,
         ST_AsMVTGeom(ST_Transform(e.line, 3857), f.square, 4096, 64) AS shape
  FROM frame f
  JOIN network n ON n.area = :area AND n.current
  JOIN network_edge e ON e.network = n.id AND e.line && f.around
  WHERE :z::int >= 10 OR e.edge_class IN ('road', 'cableway', 'lift', 'rail', 'ferry')
),
posts AS (
  SELECT p.code, p.name_zh, p.name_en, p.kind, t.code AS team,
         ST_AsMVTGeom(ST_Transform(p.point, 3857), f.square, 4096, 64) AS shape
  FROM frame f
  JOIN post p ON p.point && f.around
  LEFT JOIN team t ON t.id = p.team
  WHERE p.area = :area AND p.valid @> :day::date AND :z::int >= 8
),
call_points AS (
  SELECT c.code, c.name_zh, c.name_en, c.cell_code AS cell,
         ST_AsMVTGeom(ST_Transform(c.point, 3857), f.square, 4096, 64) AS shape
  FROM frame f JOIN call_point c ON c.point && f.around
  WHERE c.area = :area AND :z::int >= 10
),
places AS (
  SELECT p.code, p.name_zh, p.name_en, p.elevation_m,
         ST_AsMVTGeom(ST_Transform(p.point, 3857), f.square, 4096, 64) AS shape
  FROM frame f JOIN place p ON p.point && f.around
  WHERE p.area = :area AND :z::int >= 8
)
SELECT (SELECT coalesce(ST_AsMVT(t, 'boundary', 4096, 'shape'), ''::bytea) FROM boundary t WHERE shape IS NOT NULL)
    || (SELECT coalesce(ST_AsMVT(t, 'cells', 4096, 'shape'), ''::bytea) FROM cells t WHERE shape IS NOT NULL)
    || (SELECT coalesce(ST_AsMVT(t, 'ways', 4096, 'shape'), ''::bytea) FROM ways t WHERE shape IS NOT NULL)
    || (SELECT coalesce(ST_AsMVT(t, 'posts', 4096, 'shape'), ''::bytea) FROM posts t WHERE shape IS NOT NULL)
    || (SELECT coalesce(ST_AsMVT(t, 'call_points', 4096, 'shape'), ''::bytea) FROM call_points t WHERE shape IS NOT NULL)
    || (SELECT coalesce(ST_AsMVT(t, 'places', 4096, 'shape'), ''::bytea) FROM places t WHERE shape IS NOT NULL) AS tile;
