-- name: add_departure!
INSERT INTO departure (id, area, incident, unit, squad, name, went_at, at_patient_at, handed_over_at, channel, said_by, by, at,
                       address)
VALUES (:id, :area, :incident, :unit, :squad, :name, :went_at, :at_patient_at, :handed_over_at, :channel, :said_by, :by, :at,
        :address);

-- name: departure_of^
SELECT d.id, d.incident, d.unit, q.committee, coalesce(u.code, q.code, d.name) AS who, d.went_at, d.at_patient_at,
       d.handed_over_at, d.withdrawn_at
FROM departure d LEFT JOIN unit u ON u.id = d.unit LEFT JOIN squad q ON q.id = d.squad
WHERE d.id = :id AND d.area = :area;

-- name: gone_to$
-- The departure of a unit to an incident that is logged already.
SELECT id FROM departure WHERE incident = :incident AND unit = :unit AND withdrawn_at IS NULL;

-- name: units_gone_to
SELECT unit FROM departure WHERE incident = :incident AND unit IS NOT NULL AND withdrawn_at IS NULL;

-- name: change_departure!
UPDATE departure SET at_patient_at = :at_patient_at, handed_over_at = :handed_over_at WHERE id = :id;

-- name: withdraw_departure!
UPDATE departure SET withdrawn_at = :at, withdrawn_by = :by WHERE id = :id;

-- name: lock_squad^
-- A squad by its code; who sends it waits here for whoever sends it elsewhere.
SELECT id, code, committee FROM squad WHERE area = :area AND code = :code FOR NO KEY UPDATE;

-- name: squad_is_out^
-- The open incident at which a squad is, until the patient is handed over or the incident is closed.
SELECT d.incident, i.number, d.went_at FROM departure d JOIN incident i ON i.id = d.incident
WHERE d.squad = :squad AND d.withdrawn_at IS NULL AND d.handed_over_at IS NULL AND i.status = 'open'
ORDER BY d.went_at DESC LIMIT 1;

-- name: squad_rows
-- The squads of an area, or of some of its committees, and where each is.
SELECT q.code, q.name_zh, q.name_en, q.phone, w.code AS committee_code, w.name_zh AS committee_zh,
       w.name_en AS committee_en, o.incident, o.number AS incident_number
FROM squad q LEFT JOIN committee w ON w.id = q.committee
LEFT JOIN LATERAL (
  SELECT d.incident, i.number FROM departure d JOIN incident i ON i.id = d.incident
  WHERE d.squad = q.id AND d.withdrawn_at IS NULL AND d.handed_over_at IS NULL AND i.status = 'open'
  ORDER BY d.went_at DESC LIMIT 1
) o ON true
WHERE q.area = :area AND (:committees::uuid[] IS NULL OR q.committee = ANY(:committees::uuid[]))
ORDER BY length(q.code), q.code;
