-- Chasing: which assignments to look at, when, and the alarms that stand; pages to the second channel.

-- name: followed
-- The open assignments of the incidents of those given, and those given, with all that their chasing depends on.
SELECT a.id, a.incident, a.unit, u.code AS unit_code, u.turnout_s, u.phone, a.state, a.exercise, a.eta_s,
       a.assigned_at, a.delivered_at, a.alarmed_at, a.acknowledged_at, a.en_route_at,
       greatest(a.assigned_at, a.acknowledged_at, a.en_route_at, a.on_scene_at, a.at_patient_at, a.moving_at,
                a.handed_over_at) AS latest_at,
       greatest(p.device_at, l.at) AS heard_at,
       (SELECT count(*) FROM assignment o WHERE o.incident = a.incident AND o.ended_at IS NULL) <= 1 AS alone,
       r.deliver_s, r.alarm_s, r.acknowledge_s, r.move_s, r.on_scene_s, r.check_in_s,
       ARRAY(SELECT what FROM alarm x WHERE x.assignment = a.id AND x.ended_at IS NULL) AS raised,
       EXISTS (SELECT FROM page WHERE assignment = a.id) AS paged
FROM assignment a
JOIN incident i ON i.id = a.incident
JOIN unit u ON u.id = a.unit
LEFT JOIN LATERAL (
  SELECT * FROM run_card c
  WHERE c.incident_type = i.type AND (c.priority = i.priority OR c.priority IS NULL)
  ORDER BY c.priority NULLS LAST LIMIT 1
) r ON true
LEFT JOIN LATERAL (
  SELECT x.device_at FROM position x WHERE x.unit = a.unit ORDER BY x.device_at DESC LIMIT 1
) p ON true
LEFT JOIN LATERAL (
  SELECT max(coalesce(x.corrected_at, x.at)) AS at FROM incident_log x
  WHERE x.incident = a.incident AND x.assignment = a.id AND x.channel = ANY(:heard_by::text[])
) l ON true
WHERE a.incident IN (SELECT incident FROM assignment WHERE id = ANY(:ids::uuid[]))
  AND (a.ended_at IS NULL OR a.id = ANY(:ids::uuid[]))
ORDER BY a.assigned_at, a.id;

-- name: set_timers!
-- When to look at these things again; a thing without a time is not looked at any more.
WITH wanted AS (
  SELECT * FROM unnest(:things::uuid[], :incidents::uuid[], :times::timestamptz[]) AS w (thing, incident, due_at)
), gone AS (
  DELETE FROM timer t USING wanted w WHERE t.kind = :kind AND t.thing = w.thing AND w.due_at IS NULL
)
INSERT INTO timer (kind, thing, area, incident, due_at)
SELECT :kind, thing, :area, incident, due_at FROM wanted WHERE due_at IS NOT NULL
ON CONFLICT (kind, thing) DO UPDATE SET due_at = excluded.due_at, incident = excluded.incident;

-- name: due_incidents
-- Incidents of which something is to be looked at, the longest due first.
SELECT t.incident, t.area FROM timer t WHERE t.due_at <= (SELECT server_now())
GROUP BY t.incident, t.area ORDER BY min(t.due_at) LIMIT 50;

-- name: claim_incident$
-- The incident, unless somebody is at work on it just now: then it is looked at in a moment.
SELECT id FROM incident WHERE id = :id FOR NO KEY UPDATE SKIP LOCKED;

-- name: due_things
-- What of an incident is to be looked at by now.
SELECT kind, thing FROM timer WHERE incident = :incident AND due_at <= :at;

-- name: put_off!
-- Looking at an incident failed: try again later, so that the others are not held up by it.
UPDATE timer SET due_at = server_now() + :wait::interval
WHERE incident = :incident AND due_at <= server_now();

-- name: raise_alarms*!
INSERT INTO alarm (id, area, incident, assignment, unit, exercise, what, due_at, raised_at, stale, offer)
VALUES (:id, :area, :incident, :assignment, :unit, :exercise, :what, :due_at, :raised_at, :stale, :offer);

-- name: end_alarms
-- Alarms of an assignment that no longer stand.
UPDATE alarm SET ended_at = :at, ended_by = :by, version = version + 1
WHERE assignment = :assignment AND what = ANY(:whats::text[]) AND ended_at IS NULL RETURNING id;

-- name: stands$
-- Whether such an alarm of an assignment stands.
SELECT EXISTS (SELECT FROM alarm WHERE assignment = :assignment AND what = :what AND ended_at IS NULL);

-- name: alarm_rows
-- What the alarm object is made of.
SELECT x.id, x.area, x.incident, i.number AS incident_number, x.assignment, x.unit, u.code AS unit_code, x.exercise,
       x.what, x.due_at, x.raised_at, x.stale, x.offer, x.ended_at, x.ended_by, x.version,
       p.id AS page, p.sent_at, p.next_try_at, p.failure, p.reply
FROM alarm x
JOIN incident i ON i.id = x.incident
LEFT JOIN unit u ON u.id = x.unit
LEFT JOIN page p ON p.alarm = x.id
WHERE x.id = ANY(:ids::uuid[]) ORDER BY x.raised_at, x.id;

-- name: alarms_of_incidents
SELECT id FROM alarm WHERE incident = ANY(:incidents::uuid[]);

-- name: alarm_ids
-- Alarms for a list, newest first: those that stand, or all of an incident.
SELECT id FROM alarm
WHERE area = :area AND (:incident::uuid IS NULL OR incident = :incident) AND (NOT :standing OR ended_at IS NULL)
ORDER BY raised_at DESC, id LIMIT :limit;

-- name: beat!
INSERT INTO heartbeat (name, at, process) VALUES (:name, clock_timestamp(), :process)
ON CONFLICT (name) DO UPDATE SET at = excluded.at, process = excluded.process;

-- name: beats$
-- Whether the work of that name was seen at work within so many seconds.
SELECT EXISTS (SELECT FROM heartbeat WHERE name = :name AND at > clock_timestamp() - :within::interval);

-- name: add_pages*!
INSERT INTO page (id, area, incident, assignment, unit, alarm, body, at, next_try_at)
VALUES (:id, :area, :incident, :assignment, :unit, :alarm, :body, :at, clock_timestamp());

-- name: take_page^
-- The next page to be sent, one that was not tried yet before all others, taken for as long as one try lasts: who dies
-- with it leaves it to be tried again.
UPDATE page SET tries = tries + 1, next_try_at = clock_timestamp() + :lease::interval
WHERE id = (
  SELECT id FROM page WHERE next_try_at <= (SELECT clock_timestamp())
  ORDER BY tries, next_try_at LIMIT 1 FOR NO KEY UPDATE SKIP LOCKED
)
RETURNING id, area, incident, assignment, alarm, body, tries, at, server_now() AS now,
          (SELECT a.state FROM assignment a WHERE a.id = assignment) AS state;

-- name: try_page_again!
UPDATE page SET next_try_at = clock_timestamp() + :wait::interval, failure = :failure WHERE id = :id;

-- name: finish_page$
-- It has been sent, or will not be.
UPDATE page SET next_try_at = NULL, failure = :failure, sent_at = CASE WHEN :sent THEN :at::timestamptz END
WHERE id = :id AND sent_at IS NULL RETURNING alarm;

-- name: touch_alarm!
UPDATE alarm SET version = version + 1 WHERE id = :id;

-- name: page_of^
-- The page that is replied to: by its id, else the newest that went to that number lately.
SELECT p.id, p.area, p.incident, p.assignment, p.alarm, a.code AS area_code FROM page p JOIN area a ON a.id = p.area
WHERE (:id::uuid IS NOT NULL AND p.id = :id)
   OR (:id::uuid IS NULL AND p.body ->> 'phone' = :phone AND p.at > server_now() - :within::interval)
ORDER BY p.at DESC LIMIT 1;

-- name: reply_to_page!
UPDATE page SET replied_at = coalesce(replied_at, :at), reply = coalesce(reply, :reply), next_try_at = NULL
WHERE id = :id;

-- name: watched
-- What decides whether an incident's clock is watched, its outlook as last told, and its own alarms that stand;
-- bereft_at: since when nobody is left of those who were sent, the last one called off.
SELECT i.id, i.status, i.priority, i.located_at, i.target_s, i.outlook, i.shadow,
       EXISTS (SELECT FROM assignment a WHERE a.incident = i.id
               AND coalesce(a.at_patient_at, a.moving_at, a.handed_over_at) IS NOT NULL)
         OR EXISTS (SELECT FROM departure d WHERE d.incident = i.id AND d.withdrawn_at IS NULL
                    AND coalesce(d.at_patient_at, d.handed_over_at) IS NOT NULL) AS reached,
       (SELECT CASE WHEN bool_and(a.ended_at IS NOT NULL)
                     AND (array_agg(a.state ORDER BY a.ended_at DESC NULLS FIRST))[1] <> 'cleared'
                    THEN max(a.ended_at) END FROM assignment a WHERE a.incident = i.id) AS bereft_at,
       EXISTS (SELECT FROM timer t WHERE t.kind = 'incident' AND t.thing = i.id) AS timed,
       (SELECT jsonb_object_agg(x.what, jsonb_build_object('id', x.id, 'unit', x.offer ->> 'unit')) FROM alarm x
        WHERE x.incident = i.id AND x.assignment IS NULL AND x.ended_at IS NULL) AS standing
FROM incident i WHERE i.id = ANY(:ids::uuid[]);

-- name: waiting_incidents
-- Open incidents to which nobody is on the way, in the order in which a desk takes them; exercises after all others.
SELECT i.id, i.number FROM incident i
WHERE i.area = :area AND i.status = 'open' AND NOT i.shadow
  AND NOT EXISTS (SELECT FROM assignment a WHERE a.incident = i.id AND a.ended_at IS NULL)
ORDER BY i.exercise IS NOT NULL, CASE i.priority WHEN 'P1' THEN 1 WHEN 'P2' THEN 2 WHEN 'P3' THEN 4 WHEN 'P4' THEN 5 ELSE 3 END, i.number
LIMIT :most;

-- name: open_assignments
SELECT id FROM assignment WHERE incident = :incident AND ended_at IS NULL;

-- name: set_outlook!
-- With another outlook the incident is a new version of itself.
UPDATE incident SET outlook = :outlook, version = version + 1 WHERE id = :id;

-- name: end_incident_alarms
UPDATE alarm SET ended_at = :at, ended_by = :by, version = version + 1
WHERE incident = :incident AND assignment IS NULL AND ended_at IS NULL RETURNING id;

-- name: end_alarm!
UPDATE alarm SET ended_at = :at, ended_by = :by, version = version + 1 WHERE id = :id AND ended_at IS NULL;

-- name: set_offer!
UPDATE alarm SET offer = :offer, version = version + 1 WHERE id = :id;
