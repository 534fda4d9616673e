-- name: put!
-- The plan as it is now; what was planned before is in the timeline.
INSERT INTO evacuation (incident, area, patients, rendezvous, rendezvous_zh, rendezvous_en, legs, travel_s, on_foot_m,
                        stairs_m, lifts, hospital, told_at, told_who, by, at)
VALUES (:incident, :area, :patients,
        CASE WHEN :lon::float8 IS NULL THEN NULL ELSE ST_SetSRID(ST_MakePoint(:lon::float8, :lat::float8), 4326) END,
        :rendezvous_zh, :rendezvous_en, :legs, :travel_s, :on_foot_m, :stairs_m, :lifts, :hospital, :told_at, :told_who,
        :by, :at)
ON CONFLICT (incident) DO UPDATE SET patients = excluded.patients, rendezvous = excluded.rendezvous,
  rendezvous_zh = excluded.rendezvous_zh, rendezvous_en = excluded.rendezvous_en, legs = excluded.legs,
  travel_s = excluded.travel_s, on_foot_m = excluded.on_foot_m, stairs_m = excluded.stairs_m, lifts = excluded.lifts,
  hospital = excluded.hospital, told_at = excluded.told_at, told_who = excluded.told_who, by = excluded.by,
  at = excluded.at;

-- name: plan^
SELECT patients, ST_X(rendezvous) AS lon, ST_Y(rendezvous) AS lat, rendezvous_zh, rendezvous_en, legs, travel_s,
       on_foot_m, stairs_m, lifts, hospital, told_at, told_who
FROM evacuation WHERE incident = :incident;

-- name: hospital_named$
SELECT id FROM responder WHERE area = :area AND code = :code AND kind = 'medical' AND valid @> :day::date;

-- name: add_lift_request!
INSERT INTO lift_request (id, area, incident, edge, name_zh, name_en, wish, asked_of, note, asked_at, asked_by)
VALUES (:id, :area, :incident, :edge, :name_zh, :name_en, :wish, :asked_of, :note, :at, :by);

-- name: lift_request^
SELECT id, edge, name_zh, name_en, wish, answered_at FROM lift_request WHERE id = :id AND incident = :incident;

-- name: answer_lift_request!
UPDATE lift_request SET granted = :granted, answered_at = :at, answered_who = :who, answer_note = :note,
       answered_by = :by
WHERE id = :id;

-- name: named_near
-- Named places and posts around a point, the nearest first.
WITH named AS (
  SELECT 'place' AS kind, code, name_zh, name_en, point FROM place WHERE area = :area
  UNION ALL
  SELECT 'post', code, name_zh, name_en, point FROM post WHERE area = :area AND valid @> :day::date
)
SELECT kind, code, name_zh, name_en, ST_X(point) AS lon, ST_Y(point) AS lat
FROM named ORDER BY point <-> ST_SetSRID(ST_MakePoint(:lon::float8, :lat::float8), 4326), code LIMIT :most;
