-- name: switch!
-- The next in the area's history; who writes it holds the area's lock, so that nobody takes the same number.
INSERT INTO area_mode (id, area, number, mode, reason, by, at, address)
SELECT :id, :area, coalesce(max(number), 0) + 1, :mode, :reason, :by, :at, :address FROM area_mode WHERE area = :area;

-- name: latest
-- The latest of an area's history, the present first, at most so many.
SELECT m.area, m.number AS version, m.mode, m.reason, a.name AS by, m.at
FROM area_mode m JOIN account a ON a.id = m.by
WHERE m.area = :area ORDER BY m.number DESC LIMIT :most;

-- name: open_incidents^
-- Open incidents that stay as they were taken, whatever the area is switched to.
SELECT count(*) FILTER (WHERE shadow)::int AS shadow,
       count(*) FILTER (WHERE NOT shadow AND exercise IS NULL)::int AS live
FROM incident WHERE area = :area AND status = 'open';

-- name: cases
-- Every incident of a period that was taken in shadow, who went, and the decision it is compared by: the last that was
-- made by the time the first of them went, else the first that was made at all.
SELECT i.id, i.number, i.reported_at, i.priority, i.status, i.outcome, i.target_s,
       t.code AS type_code, t.name_zh AS type_zh, t.name_en AS type_en,
       p.name_zh AS place_zh, p.name_en AS place_en, p.words,
       coalesce(g.went, '[]'::jsonb) AS went, x.id AS decision, x.at AS decided_at, x.inputs, x.result
FROM incident i
LEFT JOIN incident_type t ON t.id = i.type
LEFT JOIN incident_place p ON p.incident = i.id AND p.current
LEFT JOIN LATERAL (
  SELECT min(d.went_at) AS first_at,
         jsonb_agg(jsonb_build_object('unit', d.unit, 'name', coalesce(u.code, q.code, d.name), 'went_at', d.went_at)
                   ORDER BY d.went_at, d.id) AS went
  FROM departure d LEFT JOIN unit u ON u.id = d.unit LEFT JOIN squad q ON q.id = d.squad
  WHERE d.incident = i.id AND d.withdrawn_at IS NULL
) g ON true
LEFT JOIN LATERAL (
  SELECT x.id, x.at, x.inputs, x.result FROM decision x WHERE x.incident = i.id
  ORDER BY x.at <= g.first_at DESC NULLS LAST,
           CASE WHEN x.at <= g.first_at THEN -extract(epoch FROM x.at) ELSE extract(epoch FROM x.at) END
  LIMIT 1
) x ON true
WHERE i.area = :area AND i.shadow AND i.reported_at >= :since AND i.reported_at < :until
ORDER BY i.number;
