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

-- name: add_departure!
INSERT INTO departure (id, area, incident, unit, name, went_at, at_patient_at, handed_over_at, channel, said_by, by, at,
                       address)
VALUES (:id, :area, :incident, :unit, :name, :went_at, :at_patient_at, :handed_over_at, :channel, :said_by, :by, :at,
        :address);

-- name: departure_of^
SELECT d.id, d.incident, d.unit, u.code, d.name, d.went_at, d.at_patient_at, d.handed_over_at, d.withdrawn_at
FROM departure d LEFT JOIN unit u ON u.id = d.unit WHERE d.id = :id AND d.area = :area;

-- name: gone_to$
-- The departure of a unit to an incident that is logged already.
SELECT id FROM departure WHERE incident = :incident AND unit = :unit AND withdrawn_at IS NULL;

-- name: units_gone_to
SELECT unit FROM departure WHERE incident = :incident AND unit IS NOT NULL AND withdrawn_at IS NULL;

-- name: change_departure!
UPDATE departure SET at_patient_at = :at_patient_at, handed_over_at = :handed_over_at WHERE id = :id;

-- name: withdraw_departure!
UPDATE departure SET withdrawn_at = :at, withdrawn_by = :by WHERE id = :id;

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
         jsonb_agg(jsonb_build_object('unit', d.unit, 'name', coalesce(u.code, d.name), 'went_at', d.went_at)
                   ORDER BY d.went_at, d.id) AS went
  FROM departure d LEFT JOIN unit u ON u.id = d.unit WHERE d.incident = i.id AND d.withdrawn_at IS NULL
) g ON true
LEFT JOIN LATERAL (
  SELECT x.id, x.at, x.inputs, x.result FROM decision x WHERE x.incident = i.id
  ORDER BY x.at <= g.first_at DESC NULLS LAST,
           CASE WHEN x.at <= g.first_at THEN -extract(epoch FROM x.at) ELSE extract(epoch FROM x.at) END
  LIMIT 1
) x ON true
WHERE i.area = :area AND i.shadow AND i.reported_at >= :since AND i.reported_at < :until
ORDER BY i.number;
