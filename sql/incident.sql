-- name: area_now^
-- The area, the instant and the network: read after the lock has been waited for, never with it.
SELECT a.id, a.code, a.name_zh, a.name_en, a.time_zone, a.srid, a.languages, a.target_s, a.allowance_s,
       a.illustrative, server_now() AS at, n.id AS network, n.version AS network_version, n.closures,
       (SELECT c.profile FROM conditions c WHERE c.area = a.id ORDER BY c.number DESC LIMIT 1) AS conditions,
       (SELECT s.version FROM speeds s WHERE s.area = a.id AND s.current) AS speeds,
       (SELECT m.mode FROM area_mode m WHERE m.area = a.id ORDER BY m.number DESC LIMIT 1) AS mode
FROM area a LEFT JOIN network n ON n.area = a.id AND n.current
WHERE a.id = :area;

-- name: request_answer^
-- What was answered to this id before, to the same account.
SELECT what, body_hash, answer FROM request WHERE id = :id AND area = :area AND by = :by;

-- name: begin_request^
-- Two requests with one id wait here for each other; the second finds the row of the first.
INSERT INTO request (id, area, by, what, body_hash, answer, at)
VALUES (:id, :area, :by, :what, :body_hash, 'null', clock_timestamp())
ON CONFLICT (id) DO NOTHING RETURNING id;

-- name: begin_deciding^
-- The same for what decides who goes, which waits for its turn in the area first.
INSERT INTO request (id, area, by, what, body_hash, answer, at)
SELECT :id, a.id, :by, :what, :body_hash, 'null', clock_timestamp() FROM area a WHERE a.id = :area FOR NO KEY UPDATE
ON CONFLICT (id) DO NOTHING RETURNING id;

-- name: keep_answer!
UPDATE request SET answer = :answer WHERE id = :id;

-- name: forget_answers!
-- Answers older than a week are no longer owed.
DELETE FROM request WHERE at < clock_timestamp() - :kept::interval;

-- name: add_incident!
-- Under the area's next number.
WITH taken AS (
  UPDATE area SET next_incident_number = next_incident_number + 1 WHERE id = :area
  RETURNING next_incident_number - 1 AS number
)
INSERT INTO incident (id, area, number, type, priority, exercise, assign, reported_at, received_at, located_at,
                      target_s, target_source, owner, shadow, by)
SELECT :id, :area, number, :type, :priority, :exercise, :assign, :reported_at, :received_at, :located_at,
       :target_s, :target_source, :owner, :shadow, :by FROM taken;

-- name: add_report!
INSERT INTO report (id, area, incident, exercise, channel, caller_name, caller_phone, caller_language, note,
                    location_given, device_at, received_at, by)
VALUES (:id, :area, :incident, :exercise, :channel, :caller_name, :caller_phone, :caller_language, :note,
        :location_given, :device_at, :received_at, :by);

-- name: report_of^
-- A report, and how many its incident has; the incident is to be locked before anything is changed.
SELECT r.id, r.incident, r.note, r.channel, r.location_given, r.device_at, r.received_at, r.exercise,
       (SELECT count(*) FROM report o WHERE o.incident = r.incident) AS of_so_many
FROM report r WHERE r.id = :id AND r.area = :area;

-- name: move_report!
UPDATE report SET incident = :incident, version = version + 1 WHERE id = :id;

-- name: comparable_incidents
-- What a report is compared with, the nearest first: what is open, or was closed after the instant given, told of lately,
-- and near, or of the same type where either place is unknown, or told by the same caller. A box stands for near: the
-- way on foot decides.
WITH told AS MATERIALIZED (
  SELECT CASE WHEN :lon::float8 IS NULL THEN NULL
              ELSE ST_SetSRID(ST_MakePoint(:lon::float8, :lat::float8), 4326) END AS point,
         (SELECT id FROM incident_type WHERE area = :area AND code = :type) AS type
), chosen AS MATERIALIZED (
  -- Nothing but ids, so that what is joined below is joined to these few; each subselect is read once for all.
  SELECT i.id, row_number() OVER (ORDER BY p.point <-> told.point NULLS LAST, i.number DESC) AS place,
         coalesce(i.id IN (SELECT r.incident FROM report r WHERE r.area = :area AND r.caller_phone = :phone), false)
           AS same_caller
  FROM incident i CROSS JOIN told
  LEFT JOIN incident_place p ON p.incident = i.id AND p.current
  WHERE i.area = :area AND (i.status = 'open' OR (i.status = 'closed' AND i.closed_at > :since))
    AND i.exercise IS NOT DISTINCT FROM :exercise::uuid AND i.id IS DISTINCT FROM :but::uuid
    AND (i.reported_at > :told_since
         OR i.id IN (SELECT r.incident FROM report r WHERE r.area = :area AND r.received_at > :told_since))
    AND (p.point && ST_Expand(told.point, :reach_lon::float8, :reach_lat::float8)
         OR ((p.point IS NULL OR told.point IS NULL) AND i.type = told.type)
         OR i.id IN (SELECT r.incident FROM report r WHERE r.area = :area AND r.caller_phone = :phone))
  ORDER BY place LIMIT :most
)
SELECT i.id, i.number, i.priority, i.status, i.exercise, i.closed_at, t.code AS type_code, t.name_zh AS type_zh,
       t.name_en AS type_en, p.source AS place_source, p.given, p.words, p.name_zh AS place_zh, p.name_en AS place_en,
       p.outside_area, p.edge, p.offset_m, p.snap_distance_m, p.accuracy_m,
       ST_X(p.snapped) AS snapped_lon, ST_Y(p.snapped) AS snapped_lat,
       ST_X(p.point) AS lon, ST_Y(p.point) AS lat,
       c.code AS cell_code, c.name_zh AS cell_zh, c.name_en AS cell_en,
       ST_DistanceSphere(p.point, told.point) AS distance_m,
       greatest(i.reported_at, (SELECT max(r.received_at) FROM report r WHERE r.incident = i.id)) AS last_report_at,
       chosen.same_caller
FROM chosen JOIN incident i ON i.id = chosen.id CROSS JOIN told
LEFT JOIN incident_type t ON t.id = i.type
LEFT JOIN incident_place p ON p.incident = i.id AND p.current
LEFT JOIN cell c ON c.id = p.cell
ORDER BY chosen.place;

-- name: add_link!
INSERT INTO incident_link (id, area, incident, same_as, note, said_by, by, made_at)
VALUES (:id, :area, :incident, :same_as, :note, :said_by, :by, :at);

-- name: link_of^
SELECT id, incident, same_as, ended_at FROM incident_link
WHERE id = :id AND area = :area AND (incident = :incident OR same_as = :incident);

-- name: standing_link_of_two$
SELECT id FROM incident_link
WHERE least(incident, same_as) = least(:one::uuid, :other::uuid)
  AND greatest(incident, same_as) = greatest(:one::uuid, :other::uuid) AND ended_at IS NULL;

-- name: end_link!
UPDATE incident_link SET ended_at = :at, ended_by = :by, ended_reason = :reason WHERE id = :id;

-- name: retire_place^
-- The place that was current until now, with the code of its cell.
UPDATE incident_place p SET current = false WHERE p.incident = :incident AND p.current
RETURNING (SELECT c.code FROM cell c WHERE c.id = p.cell) AS cell;

-- name: add_place!
INSERT INTO incident_place (area, incident, report, source, given, datum, original_lon, original_lat, point,
                            accuracy_m, words, name_zh, name_en, cell, outside_area, edge, offset_m, snapped,
                            snap_distance_m, alternatives, current, at, by)
VALUES (:area, :incident, :report, :source, :given, :datum, :original_lon, :original_lat,
        CASE WHEN :lon::float8 IS NULL THEN NULL ELSE ST_SetSRID(ST_MakePoint(:lon::float8, :lat::float8), 4326) END,
        :accuracy_m, :words, :name_zh, :name_en, :cell, :outside_area, :edge, :offset_m,
        CASE WHEN :snapped_lon::float8 IS NULL THEN NULL
             ELSE ST_SetSRID(ST_MakePoint(:snapped_lon::float8, :snapped_lat::float8), 4326) END,
        :snap_distance_m, :alternatives, true, :at, :by);

-- name: lock_incident^
SELECT id, type, priority, status, outcome, duplicate_of, assign, exercise, reported_at, located_at, closed_at,
       target_s, target_source, confirmed_at, transferred_to, owner, shadow
FROM incident WHERE id = :id AND area = :area FOR NO KEY UPDATE;

-- name: see_incident^
SELECT id, type, priority, status, outcome, duplicate_of, assign, exercise, reported_at, located_at, closed_at,
       target_s, target_source, confirmed_at, transferred_to, owner, shadow
FROM incident WHERE id = :id AND area = :area;

-- name: change_incident!
-- Everything that a step of an incident may change; the caller passes the present value for what stays, and writes
-- the line of the timeline that makes it a new version.
UPDATE incident SET type = :type, priority = :priority, status = :status, outcome = :outcome,
       duplicate_of = :duplicate_of, located_at = :located_at, closed_at = :closed_at, target_s = :target_s,
       target_source = :target_source, confirmed_at = :confirmed_at, transferred_to = :transferred_to, owner = :owner
WHERE id = :id;

-- name: began_earlier$
-- An incident's clock runs from the first word of it; null where it does so already.
UPDATE incident SET reported_at = :reported_at WHERE id = :id AND reported_at > :reported_at RETURNING id;

-- name: committee_named$
SELECT id FROM committee WHERE area = :area AND code = :code;

-- name: committees_of_cells
-- The committees that have these cells, by their codes, in any of their times.
SELECT DISTINCT committee FROM cell WHERE area = :area AND code = ANY(:cells::text[]) AND committee IS NOT NULL;

-- name: mark_late!
UPDATE incident SET entered_late_at = :at WHERE id = :id;

-- name: scene^
-- Where an incident is, who is on it, who declined it when last sent to it and why, and the run card that counts were it of this type and priority.
SELECT ST_X(p.point) AS lon, ST_Y(p.point) AS lat, p.accuracy_m, p.outside_area, p.source,
       p.given #>> '{point,edge}' AS way, ST_X(p.snapped) AS way_lon, ST_Y(p.snapped) AS way_lat,
       c.target_s AS cell_target_s, c.target_source AS cell_target_source,
       t.code AS type_code, r.id AS card, r.priority AS card_priority, r.target_s, r.needs, r.second_tier,
       r.responders, r.auto_assign,
       ARRAY(SELECT a.unit FROM assignment a WHERE a.incident = :incident AND a.ended_at IS NULL
             UNION SELECT d.unit FROM departure d
             WHERE d.incident = :incident AND d.unit IS NOT NULL AND d.withdrawn_at IS NULL) AS here,
       (
         SELECT coalesce(jsonb_object_agg(last.unit, last.ended_reason) FILTER (WHERE last.state = 'declined'), '{}')
         FROM (
           SELECT DISTINCT ON (a.unit) a.unit, a.state, coalesce(a.ended_reason, '') AS ended_reason
           FROM assignment a WHERE a.incident = :incident ORDER BY a.unit, a.assigned_at DESC
         ) last
       ) AS declined
FROM (SELECT 1) one
LEFT JOIN incident_place p ON p.incident = :incident AND p.current
LEFT JOIN cell c ON c.id = p.cell
LEFT JOIN incident_type t ON t.id = :type
LEFT JOIN LATERAL (
  SELECT * FROM run_card WHERE incident_type = t.id AND (priority = :priority OR priority IS NULL)
  ORDER BY priority NULLS LAST LIMIT 1
) r ON true;

-- name: incident_rows
-- What the incident object is made of, for the ids given.
SELECT i.id, i.area, i.number, i.priority, i.status, i.outcome, i.duplicate_of, i.exercise, i.assign, i.reported_at,
       i.received_at, i.located_at, i.closed_at, i.target_s, i.target_source, i.outlook, i.entered_late_at, w.code AS owner_code, w.name_zh AS owner_zh, w.name_en AS owner_en,
        i.confirmed_at,
       i.transferred_to, i.shadow, coalesce(d.departures, '[]'::jsonb) AS departures, i.version,
       t.code AS type_code, t.name_zh AS type_zh, t.name_en AS type_en,
       p.source AS place_source, p.given, ST_X(p.point) AS lon, ST_Y(p.point) AS lat, p.accuracy_m, p.words,
       p.name_zh AS place_zh, p.name_en AS place_en, p.outside_area, p.edge, p.offset_m, p.snap_distance_m,
       ST_X(p.snapped) AS snapped_lon, ST_Y(p.snapped) AS snapped_lat,
       c.code AS cell_code, c.name_zh AS cell_zh, c.name_en AS cell_en,
       o.code AS team_code, o.name_zh AS team_zh, o.name_en AS team_en,
       coalesce(s.states, '{}') AS states, coalesce(s.units, '{}') AS units,
       s.assigned_at, s.delivered_at, s.acknowledged_at, least(s.en_route_at, d.went_at) AS en_route_at,
       least(s.at_patient_at, d.at_patient_at) AS at_patient_at, s.medical_at_patient_at,
       s.moving_at, least(s.handed_over_at, d.handed_over_at) AS handed_over_at,
       (SELECT count(*) FROM report r WHERE r.incident = i.id) AS reports, coalesce(l.links, '[]'::jsonb) AS links,
       e.plan AS evacuation, coalesce(q.lift_requests, '[]'::jsonb) AS lift_requests
FROM incident i
LEFT JOIN incident_type t ON t.id = i.type
LEFT JOIN incident_place p ON p.incident = i.id AND p.current
LEFT JOIN cell c ON c.id = p.cell
LEFT JOIN committee w ON w.id = i.owner
LEFT JOIN LATERAL (
  SELECT team.code, team.name_zh, team.name_en FROM cell_team ct JOIN team ON team.id = ct.team
  WHERE ct.cell = c.id AND ct.rank = 0 ORDER BY lower(ct.valid) DESC NULLS LAST LIMIT 1
) o ON true
LEFT JOIN LATERAL (
  SELECT array_agg(a.state) AS states,
         array_agg(u.code ORDER BY a.assigned_at, u.code) FILTER (WHERE a.ended_at IS NULL) AS units,
         min(a.assigned_at) AS assigned_at, min(a.delivered_at) AS delivered_at,
         min(a.acknowledged_at) AS acknowledged_at, min(a.en_route_at) AS en_route_at,
         min(a.at_patient_at) AS at_patient_at,
         min(a.at_patient_at) FILTER (WHERE a.medical) AS medical_at_patient_at,
         min(a.moving_at) AS moving_at, min(a.handed_over_at) AS handed_over_at
  FROM assignment a JOIN unit u ON u.id = a.unit WHERE a.incident = i.id
) s ON true
LEFT JOIN LATERAL (
  SELECT jsonb_agg(jsonb_build_object('id', d.id, 'unit', d.unit, 'code', coalesce(u.code, q.code), 'name', d.name,
                                      'squad', CASE WHEN q.id IS NULL THEN NULL ELSE jsonb_build_object(
                                        'code', q.code, 'name_zh', q.name_zh, 'name_en', q.name_en) END,
                                      'went_at', d.went_at,
                                      'at_patient_at', d.at_patient_at, 'handed_over_at', d.handed_over_at)
                   ORDER BY d.went_at, d.id) AS departures,
         min(d.went_at) AS went_at, min(d.at_patient_at) AS at_patient_at, min(d.handed_over_at) AS handed_over_at
  FROM departure d LEFT JOIN unit u ON u.id = d.unit LEFT JOIN squad q ON q.id = d.squad
  WHERE d.incident = i.id AND d.withdrawn_at IS NULL
) d ON true
LEFT JOIN LATERAL (
  SELECT jsonb_agg(jsonb_build_object('id', k.id, 'incident', o.id, 'number', o.number, 'repeats', k.incident = i.id,
                                      'note', k.note, 'by', coalesce(k.said_by, b.name), 'made_at', k.made_at)
                   ORDER BY k.made_at, k.id) AS links
  FROM incident_link k
  JOIN incident o ON o.id = CASE WHEN k.incident = i.id THEN k.same_as ELSE k.incident END
  JOIN account b ON b.id = k.by
  WHERE (k.incident = i.id OR k.same_as = i.id) AND k.ended_at IS NULL
) l ON true
LEFT JOIN LATERAL (
  SELECT jsonb_build_object(
    'patients', v.patients, 'rendezvous_zh', v.rendezvous_zh, 'rendezvous_en', v.rendezvous_en,
    'lon', ST_X(v.rendezvous), 'lat', ST_Y(v.rendezvous), 'legs', v.legs, 'travel_s', v.travel_s,
    'on_foot_m', v.on_foot_m, 'stairs_m', v.stairs_m, 'lifts', v.lifts, 'told_at', v.told_at, 'told_who', v.told_who,
    'hospital', CASE WHEN h.id IS NULL THEN NULL
                     ELSE jsonb_build_object('code', h.code, 'name_zh', h.name_zh, 'name_en', h.name_en) END) AS plan
  FROM evacuation v LEFT JOIN responder h ON h.id = v.hospital WHERE v.incident = i.id
) e ON true
LEFT JOIN LATERAL (
  SELECT jsonb_agg(jsonb_build_object(
    'id', q.id, 'edge', q.edge, 'name_zh', q.name_zh, 'name_en', q.name_en, 'wish', q.wish, 'asked_of', q.asked_of,
    'asked_at', q.asked_at, 'granted', q.granted, 'answered_at', q.answered_at, 'answered_who', q.answered_who,
    'note', coalesce(q.answer_note, q.note)) ORDER BY q.asked_at, q.id) AS lift_requests
  FROM lift_request q WHERE q.incident = i.id
) q ON true
WHERE i.id = ANY(:ids::uuid[])
ORDER BY i.number DESC;

-- name: incident_ids
-- Which incidents a list shows, newest first.
SELECT id FROM incident
WHERE area = :area AND (:status::text IS NULL OR status = :status) AND number < :before
  AND (:late::boolean IS NULL OR (entered_late_at IS NOT NULL) = :late)
ORDER BY number DESC LIMIT :limit;

-- name: incident_ids_in_cells
-- The same of some cells, by their codes: what is open, or closed after the instant given.
SELECT i.id FROM incident i
JOIN incident_place p ON p.incident = i.id AND p.current JOIN cell c ON c.id = p.cell
WHERE i.area = :area AND c.code = ANY(:cells::text[]) AND (i.status = 'open' OR i.closed_at > :since)
  AND (:status::text IS NULL OR i.status = :status) AND i.number < :before
  AND (:late::boolean IS NULL OR (i.entered_late_at IS NOT NULL) = :late)
ORDER BY i.number DESC LIMIT :limit;

-- name: shown_incident_ids
-- The incidents of a snapshot: the open ones, and those closed within the day before the instant given.
SELECT id FROM incident WHERE area = :area AND (status = 'open' OR closed_at > :since);

-- name: shown_incident_ids_of_cell
-- The same of one cell, by its code.
SELECT i.id FROM incident i
JOIN incident_place p ON p.incident = i.id AND p.current JOIN cell c ON c.id = p.cell
WHERE i.area = :area AND c.code = :cell AND (i.status = 'open' OR i.closed_at > :since);

-- name: incident_in_area^
SELECT id FROM incident WHERE id = :id AND area = :area;

-- name: repeat_in_area^
-- An incident, and the number of the one as whose duplicate it was closed.
SELECT i.id, o.number AS repeats FROM incident i
LEFT JOIN incident o ON o.id = i.duplicate_of AND i.status = 'closed'
WHERE i.id = :id AND i.area = :area;

-- name: told_of^
-- What kind of incident it is by its code, and where it was said to be.
SELECT t.code AS type, p.given FROM incident i
LEFT JOIN incident_type t ON t.id = i.type LEFT JOIN incident_place p ON p.incident = i.id AND p.current
WHERE i.id = :id;

-- name: number_of$
SELECT number FROM incident WHERE id = :id;

-- name: cell_of_incident$
-- The code of the cell in which an incident is shown: while it is open, and if it was closed after the instant given.
SELECT c.code FROM incident i
JOIN incident_place p ON p.incident = i.id AND p.current JOIN cell c ON c.id = p.cell
WHERE i.id = :id AND i.area = :area AND (i.status = 'open' OR i.closed_at > :since);

-- name: report_rows
-- What was reported of incidents; only what one account took, where one is named.
SELECT r.id, r.area, r.incident, r.channel, r.caller_name, r.caller_phone, r.caller_language, r.note, r.location_given,
       r.device_at, r.received_at, a.name AS by, r.version
FROM report r JOIN account a ON a.id = r.by
WHERE r.incident = ANY(:incidents::uuid[]) AND (:by::uuid IS NULL OR r.by = :by)
ORDER BY r.received_at, r.id;

-- name: log*!
-- A line of the timeline, with which its incident is a new version of itself.
WITH changed AS (UPDATE incident SET version = version + 1 WHERE id = :incident)
INSERT INTO incident_log (area, incident, assignment, unit, step, at, device_at, corrected_at, by, channel, address, body)
VALUES (:area, :incident, :assignment, :unit, :step, :at, :device_at, :corrected_at, :by, :channel, :address, :body);

-- name: timeline_rows
SELECT l.seq, l.step, l.at, l.device_at, l.corrected_at, a.name AS by, u.code AS unit, l.assignment, l.channel,
       l.address, l.body
FROM incident_log l LEFT JOIN account a ON a.id = l.by LEFT JOIN unit u ON u.id = l.unit
WHERE l.incident = :incident ORDER BY l.seq;

-- name: add_decision!
INSERT INTO decision (id, area, incident, at, network_version, code_version, inputs, result, by)
VALUES (:id, :area, :incident, :at, :network_version, :code_version, :inputs, :result, :by);

-- name: decision_of^
SELECT id, incident, result FROM decision WHERE id = :id AND area = :area;

-- name: stored_decision^
-- A decision with all it rests on.
SELECT d.id, d.incident, i.number, d.at, d.network_version, d.code_version, d.inputs, d.result
FROM decision d JOIN incident i ON i.id = d.incident WHERE d.id = :id AND d.area = :area;

-- name: add_exercise!
INSERT INTO exercise (id, area, name, starts_at, ends_at, by) VALUES (:id, :area, :name, :starts_at, :ends_at, :by);

-- name: end_exercise^
-- One that ended before stays as it was.
UPDATE exercise SET ends_at = least(ends_at, greatest(:at, starts_at)) WHERE id = :id AND area = :area
RETURNING id, area, name, starts_at, ends_at;

-- name: exercise_of^
SELECT id, name, starts_at, ends_at FROM exercise WHERE id = :id AND area = :area;

-- name: exercise_rows
SELECT id, area, name, starts_at, ends_at FROM exercise WHERE area = :area ORDER BY starts_at DESC;
