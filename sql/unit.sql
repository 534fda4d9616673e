-- name: unit_rows
-- Every unit of the area (or those given) with what decides whether it can be sent, at one instant.
SELECT u.id, u.area, u.code, u.name_zh, u.name_en, u.vehicle, u.turnout_s, u.version,
       t.code AS team_code, t.name_zh AS team_zh, t.name_en AS team_en,
       p.code AS post_code, p.name_zh AS post_zh, p.name_en AS post_en,
       ST_X(p.point) AS post_lon, ST_Y(p.point) AS post_lat,
       d.members, d.kit, d.duty_from, d.duty_until, n.next_duty_at,
       v.available, v.in_contact, v.reason AS said, v.at AS said_at, h.at AS at_post_at,
       x.lon AS fix_lon, x.lat AS fix_lat, x.accuracy_m AS fix_accuracy_m, x.source AS fix_source, x.device_at AS fix_at,
       o.id AS assignment, o.state AS assignment_state, coalesce(o.incident, w.incident) AS incident,
       coalesce(o.number, w.number) AS incident_number, coalesce(o.assigned_at, w.went_at) AS assigned_at,
       o.priority AS incident_priority, w.incident IS NOT NULL AS went,
       o.exercise,
       s.post_code AS stands_by_at, s.lon AS stands_by_lon, s.lat AS stands_by_lat, s.there_at AS stands_by_since,
       e.ended_at AS errand_ended_at, e.set_out AS errand_set_out, e.arrived AS errand_arrived,
       e.lon AS errand_lon, e.lat AS errand_lat
FROM unit u
JOIN team t ON t.id = u.team
LEFT JOIN post p ON p.area = u.area AND p.code = u.post_code AND p.valid @> :day::date
LEFT JOIN LATERAL (
  SELECT jsonb_agg(to_jsonb(m.capabilities) ORDER BY m.code) AS members,
         jsonb_agg(to_jsonb(d.kit)) AS kit, min(lower(d.during)) AS duty_from, max(upper(d.during)) AS duty_until
  FROM duty d JOIN member m ON m.id = d.member WHERE d.unit = u.id AND d.during @> :at::timestamptz
) d ON true
LEFT JOIN LATERAL (
  SELECT min(lower(d.during)) AS next_duty_at FROM duty d
  WHERE d.unit = u.id AND d.during && tstzrange(:at::timestamptz, :at::timestamptz + interval '2 days')
    AND lower(d.during) > :at::timestamptz
) n ON true
LEFT JOIN LATERAL (
  SELECT available, in_contact, reason, at FROM availability v
  WHERE v.unit = u.id AND v.at <= :at ORDER BY v.at DESC LIMIT 1
) v ON true
LEFT JOIN LATERAL (
  SELECT v.at FROM availability v WHERE v.unit = u.id AND v.at_post AND v.at <= :at ORDER BY v.at DESC LIMIT 1
) h ON true
LEFT JOIN LATERAL (
  SELECT ST_X(x.point) AS lon, ST_Y(x.point) AS lat, x.accuracy_m, x.source, x.device_at FROM position x
  WHERE x.unit = u.id ORDER BY x.device_at DESC LIMIT 1
) x ON true
LEFT JOIN LATERAL (
  SELECT a.id, a.state, a.incident, i.number, i.priority, a.assigned_at, a.exercise
  FROM assignment a JOIN incident i ON i.id = a.incident
  WHERE a.unit = u.id AND a.ended_at IS NULL AND a.kind = 'incident'
) o ON true
LEFT JOIN LATERAL (
  -- Gone to an incident in shadow, by word of the radio, until it is closed or the patient is handed over.
  SELECT d.incident, i.number, d.went_at FROM departure d JOIN incident i ON i.id = d.incident
  WHERE d.unit = u.id AND d.withdrawn_at IS NULL AND d.handed_over_at IS NULL AND i.status = 'open'
  ORDER BY d.went_at DESC LIMIT 1
) w ON true
LEFT JOIN LATERAL (
  SELECT a.ended_at, true AS set_out,
         (a.on_scene_at IS NOT NULL OR a.at_patient_at IS NOT NULL)
           AND a.moving_at IS NULL AND a.handed_over_at IS NULL AS arrived,
         ST_X(ip.point) AS lon, ST_Y(ip.point) AS lat
  FROM assignment a LEFT JOIN incident_place ip ON ip.incident = a.incident AND ip.current
  WHERE a.unit = u.id AND a.ended_at >= d.duty_from
    AND coalesce(a.en_route_at, a.on_scene_at, a.at_patient_at, a.moving_at, a.handed_over_at) IS NOT NULL
  ORDER BY a.ended_at DESC LIMIT 1
) e ON true
LEFT JOIN LATERAL (
  SELECT q.code AS post_code, ST_X(q.point) AS lon, ST_Y(q.point) AS lat, m.there_at
  FROM move_up m JOIN post q ON q.id = m.post WHERE m.unit = u.id AND m.ended_at IS NULL
) s ON true
WHERE u.area = :area AND (:ids::uuid[] IS NULL OR u.id = ANY(:ids::uuid[]))
ORDER BY u.code;

-- name: unit_named^
-- A unit by its id or its code, and who has it.
SELECT u.id, u.code, a.id AS assignment, a.incident, i.number, a.assigned_at, a.exercise
FROM unit u
LEFT JOIN assignment a ON a.unit = u.id AND a.ended_at IS NULL AND a.kind = 'incident'
LEFT JOIN incident i ON i.id = a.incident
WHERE u.area = :area AND (u.id::text = :name OR u.code = :name);

-- name: touch_units!
-- New versions, locked by id, so that nobody waits in a ring.
UPDATE unit SET version = version + 1
WHERE id IN (SELECT id FROM unit WHERE id = ANY(:ids::uuid[]) ORDER BY id FOR NO KEY UPDATE);

-- name: add_positions*!
INSERT INTO position (unit, point, accuracy_m, source, datum, original_lon, original_lat, device_at, at, by, said_by,
                      channel)
VALUES (:unit, ST_SetSRID(ST_MakePoint(:lon::float8, :lat::float8), 4326), :accuracy_m, :source, :datum,
        :original_lon, :original_lat, :device_at, :at, :by, :said_by, :channel);

-- name: add_availability!
INSERT INTO availability (id, unit, available, in_contact, at_post, reason, at, by)
VALUES (:id, :unit, :available, :in_contact, :at_post, :reason, :at, :by);

-- name: units_turning
-- Units whose duty begins or ends between two instants.
SELECT DISTINCT d.unit FROM duty d
WHERE d.area = :area AND ((lower(d.during) > :since AND lower(d.during) <= :at)
                       OR (upper(d.during) > :since AND upper(d.during) <= :at));

-- name: add_assignments*!
INSERT INTO assignment (id, area, incident, unit, kind, exercise, decision, reason, medical, people, eta_s, legs,
                        assigned_at, by)
VALUES (:id, :area, :incident, :unit, :kind, :exercise, :decision, :reason, :medical, :people, :eta_s, :legs,
        :assigned_at, :by);

-- name: taken_between
-- When these units were on incidents in some part of the time given.
SELECT a.unit, i.number, a.assigned_at, a.ended_at
FROM assignment a JOIN incident i ON i.id = a.incident
WHERE a.unit = ANY(:units::uuid[]) AND a.kind = 'incident' AND a.assigned_at < :until
  AND (a.ended_at IS NULL OR a.ended_at > :since)
ORDER BY a.assigned_at;

-- name: on_duty_at^
-- How many were on duty in a unit at that time, and whether one of them has the skill.
SELECT count(*)::int AS people, coalesce(bool_or(:skill = ANY(m.capabilities)), false) AS skilled
FROM duty d JOIN member m ON m.id = d.member WHERE d.unit = :unit AND d.during @> :at::timestamptz;

-- name: add_late_assignments*!
INSERT INTO assignment (id, area, incident, unit, late, state, medical, people, assigned_at, acknowledged_at, en_route_at,
                        on_scene_at, at_patient_at, moving_at, handed_over_at, ended_at, ended_reason, by)
VALUES (:id, :area, :incident, :unit, true, 'cleared', :medical, :people, :assigned_at, :acknowledged_at, :en_route_at,
        :on_scene_at, :at_patient_at, :moving_at, :handed_over_at, :ended_at, 'clear', :by);

-- name: lock_incident_of$
-- An assignment's incident is locked before it.
SELECT i.id FROM assignment a JOIN incident i ON i.id = a.incident
WHERE a.id = :id AND a.area = :area FOR NO KEY UPDATE OF i;

-- name: lock_incidents_of
SELECT i.id FROM incident i WHERE i.id IN (SELECT incident FROM assignment WHERE id = ANY(:ids::uuid[]))
ORDER BY i.id FOR NO KEY UPDATE;

-- name: lock_assignments
SELECT a.id, a.incident, a.unit, u.code AS unit_code, a.state,
       greatest(a.assigned_at, a.acknowledged_at, a.en_route_at, a.on_scene_at, a.at_patient_at, a.moving_at,
                a.handed_over_at) AS latest_at
FROM assignment a JOIN unit u ON u.id = a.unit
WHERE a.id = ANY(:ids::uuid[]) ORDER BY a.id FOR NO KEY UPDATE OF a;

-- name: lock_open_assignments
SELECT a.id, a.incident, a.unit, u.code AS unit_code, a.state,
       greatest(a.assigned_at, a.acknowledged_at, a.en_route_at, a.on_scene_at, a.at_patient_at, a.moving_at,
                a.handed_over_at) AS latest_at
FROM assignment a JOIN unit u ON u.id = a.unit
WHERE a.incident = :incident AND a.ended_at IS NULL ORDER BY a.id FOR NO KEY UPDATE OF a;

-- name: incident_of_assignment$
SELECT incident FROM assignment WHERE id = :id AND area = :area;

-- name: step_assignment!
-- A time is set once: what was said first stays.
UPDATE assignment SET state = :state,
  alarmed_at = coalesce(alarmed_at, :alarmed_at), help_asked_at = coalesce(help_asked_at, :help_asked_at),
  acknowledged_at = coalesce(acknowledged_at, :acknowledged_at),
  en_route_at = coalesce(en_route_at, :en_route_at), on_scene_at = coalesce(on_scene_at, :on_scene_at),
  at_patient_at = coalesce(at_patient_at, :at_patient_at), moving_at = coalesce(moving_at, :moving_at),
  handed_over_at = coalesce(handed_over_at, :handed_over_at), ended_at = coalesce(ended_at, :ended_at),
  ended_reason = coalesce(ended_reason, :ended_reason), version = version + 1
WHERE id = :id;

-- name: near_patient^
-- The unit's order whose patient one of these positions was near, the first such; none once T5 is known or proposed.
-- Positions of who had no signal come after the steps, and may be of an order that has ended since.
SELECT a.id, min(f.at) AS at
FROM assignment a
JOIN incident_place p ON p.incident = a.incident AND p.current
JOIN unnest(:lons::float8[], :lats::float8[], :accuracies::float8[], :ats::timestamptz[]) AS f (lon, lat, accuracy_m, at)
  ON f.at >= a.assigned_at AND coalesce(f.accuracy_m, 0) <= :accuracy_m
 AND ST_DWithin(p.point::geography, ST_SetSRID(ST_MakePoint(f.lon, f.lat), 4326)::geography, :within_m)
WHERE a.unit = :unit AND (a.ended_at IS NULL OR (a.ended_at > :since AND f.at <= a.ended_at)) AND a.kind = 'incident'
  AND a.near_patient_at IS NULL AND a.at_patient_at IS NULL
GROUP BY a.id ORDER BY a.assigned_at DESC LIMIT 1;

-- name: propose_at_patient^
UPDATE assignment SET near_patient_at = :at, version = version + 1
WHERE id = :id AND near_patient_at IS NULL AND at_patient_at IS NULL RETURNING id;

-- name: times_of_assignment^
SELECT assigned_at, acknowledged_at, en_route_at, on_scene_at, at_patient_at, moving_at, handed_over_at, ended_at
FROM assignment WHERE id = :id;

-- name: is_kept_late$
-- Whether a step that came too late is in the timeline already.
SELECT EXISTS (SELECT FROM incident_log
               WHERE incident = :incident AND step = 'too_late' AND body ->> 'request' = :request);

-- name: correct_assignment!
-- The times of the way as they are now known; what was believed before is in the timeline.
UPDATE assignment SET state = :state, acknowledged_at = :acknowledged_at, en_route_at = :en_route_at,
  on_scene_at = :on_scene_at, at_patient_at = :at_patient_at, moving_at = :moving_at,
  handed_over_at = :handed_over_at, version = version + 1
WHERE id = :id;

-- name: touch_assignments
-- What changes an incident changes the orders made of it, also those that have ended and are still shown.
UPDATE assignment SET version = version + 1 WHERE incident = :incident AND (ended_at IS NULL OR ended_at > :since)
RETURNING id;

-- name: lock_incidents_of_unit
-- Everybody locks the incident before its assignments, so that nobody waits in a ring.
SELECT id FROM incident WHERE id IN (
  SELECT incident FROM assignment WHERE unit = :unit AND delivered_at IS NULL AND ended_at IS NULL
) ORDER BY id FOR NO KEY UPDATE;

-- name: deliver
-- Orders of a unit that its device has stored: those whose event lies at or below what it acknowledged.
UPDATE assignment a SET delivered_at = :at, version = version + 1
WHERE a.unit = :unit AND a.delivered_at IS NULL AND a.ended_at IS NULL AND EXISTS (
  SELECT FROM feed.outbox o
  WHERE o.stream = 'unit/' || a.unit AND o.seq <= :seq AND o.kind = 'assignment' AND o.id = a.id)
RETURNING a.id, a.incident;

-- name: undelivered$
-- Whether an acknowledgement up to this number could deliver anything.
SELECT EXISTS (SELECT FROM assignment WHERE unit = :unit AND delivered_at IS NULL AND ended_at IS NULL)
  OR EXISTS (SELECT FROM notice_unit WHERE unit = :unit AND delivered_at IS NULL);

-- name: assignment_rows
-- What the assignment object and the crew's order are made of.
SELECT a.id, a.area, a.incident, i.number AS incident_number, a.unit, u.code AS unit_code, a.kind, a.state, a.exercise,
       a.decision, a.late, a.reason, a.medical, a.people, a.eta_s, a.legs, a.assigned_at, a.delivered_at, a.alarmed_at,
       a.help_asked_at, a.acknowledged_at, a.en_route_at, a.on_scene_at, a.near_patient_at, a.at_patient_at,
       a.moving_at, a.handed_over_at, a.ended_at, a.ended_reason, a.version
FROM assignment a JOIN incident i ON i.id = a.incident JOIN unit u ON u.id = a.unit
WHERE a.id = ANY(:ids::uuid[]) ORDER BY a.assigned_at, a.id;

-- name: assignments_of_incidents
SELECT id FROM assignment WHERE incident = ANY(:incidents::uuid[]);

-- name: shown_assignments_of_unit
-- A crew keeps seeing what ended within the day, so that a revoked order never just vanishes.
SELECT id FROM assignment WHERE unit = :unit AND (ended_at IS NULL OR ended_at > :since);
