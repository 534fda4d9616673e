-- name: is_drill$
-- Whether the clock of this database is a drill's.
SELECT drill FROM clock;

-- name: told^
-- What time the database tells, what time it is, and whether it holds an incident that is not of an exercise.
SELECT drill, server_now() AS told, clock_timestamp() AS real,
       EXISTS (SELECT FROM incident WHERE exercise IS NULL) AS has_real_incidents
FROM clock;

-- name: begin_drill!
-- From now on it is :at here, and time goes on from there, so many times as fast as outside.
UPDATE clock SET drill = true, real_from = clock_timestamp(), told_from = :at, speed = :speed;

-- name: go_on!
-- From now on time goes by so many times as fast as outside, from where the drill has come to.
UPDATE clock SET real_from = clock_timestamp(), told_from = server_now(), speed = :speed WHERE drill;
