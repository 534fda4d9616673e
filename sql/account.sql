-- name: account_by_login^
SELECT a.id, a.login, a.name, a.password_hash, a.language, r.area, r.role, r.unit, r.cells
FROM account a JOIN account_role r ON r.account = a.id
WHERE a.login = :login AND a.disabled_at IS NULL
ORDER BY r.role LIMIT 1;

-- name: begin_session$
INSERT INTO session (token_hash, account, area, role, unit, cells, created_at, expires_at, address)
VALUES (:token_hash, :account, :area, :role, :unit, :cells, clock_timestamp(), clock_timestamp() + :lasts::interval,
        :address)
RETURNING id;

-- name: seat_by_token^
-- Sessions run on real time, whatever a drill says.
SELECT s.id AS session, a.id AS account, a.login, a.name, a.language, s.area, ar.code AS area_code, s.role, s.unit,
       u.code AS unit_code, s.cells, s.expires_at
FROM session s JOIN account a ON a.id = s.account JOIN area ar ON ar.id = s.area LEFT JOIN unit u ON u.id = s.unit
WHERE s.token_hash = :token_hash AND s.ended_at IS NULL AND s.expires_at > clock_timestamp()
  AND a.disabled_at IS NULL;

-- name: end_session!
UPDATE session SET ended_at = clock_timestamp() WHERE id = :id AND ended_at IS NULL;

-- name: sessions_of_area
-- Who is signed in, the newest first.
SELECT s.id, a.login, a.name, s.role, u.id AS unit, u.code AS unit_code, s.created_at, s.expires_at, s.address
FROM session s JOIN account a ON a.id = s.account LEFT JOIN unit u ON u.id = s.unit
WHERE s.area = :area AND s.ended_at IS NULL AND s.expires_at > clock_timestamp() AND a.disabled_at IS NULL
ORDER BY s.created_at DESC, s.id;

-- name: end_session_of_area$
-- Whether the area has such a session; one that has ended before stays as it was.
UPDATE session SET ended_at = coalesce(ended_at, clock_timestamp()) WHERE id = :id AND area = :area RETURNING id;

-- name: seat_of_area^
-- The seat that a login, or the crew of a unit (by id or code), has in the area.
SELECT a.id AS account, a.login, a.name, r.role, r.unit, u.code AS unit_code
FROM account_role r JOIN account a ON a.id = r.account LEFT JOIN unit u ON u.id = r.unit
WHERE r.area = :area AND a.disabled_at IS NULL
  AND (:login::text IS NULL OR a.login = :login)
  AND (:unit::text IS NULL OR u.code = :unit OR u.id::text = :unit)
  AND (:role::text IS NULL OR r.role = :role)
ORDER BY r.role, a.login LIMIT 1;

-- name: add_code$
INSERT INTO one_time_code (id, hash, area, account, role, unit, made_by, made_at, expires_at, address)
VALUES (:id, :hash, :area, :account, :role, :unit, :made_by, clock_timestamp(), clock_timestamp() + :lasts::interval,
        :address)
RETURNING expires_at;

-- name: use_code^
-- A code opens one session, once, and only a seat that its account still has.
UPDATE one_time_code c SET used_at = clock_timestamp()
FROM account a, account_role r
WHERE c.hash = :hash AND c.used_at IS NULL AND c.expires_at > clock_timestamp()
  AND a.id = c.account AND a.disabled_at IS NULL
  AND r.account = c.account AND r.area = c.area AND r.role = c.role AND r.unit IS NOT DISTINCT FROM c.unit
RETURNING c.id, c.account, c.area, c.role, c.unit, r.cells;

-- name: code_opened!
UPDATE one_time_code SET session = :session WHERE id = :id;

-- name: count_alone$
-- Tries from one address are counted one after the other, until the end of the transaction.
SELECT pg_advisory_xact_lock(hashtextextended('rescue-circle.sign-in ' || :address, 0));

-- name: wait_before_trying$
-- How long a login must not be tried from an address, because of what failed from there; null when it may be tried.
SELECT max(held.until) - clock_timestamp() FROM (
  (SELECT t.at + :window::interval AS until FROM sign_in_try t
   WHERE t.address = :address AND t.login = :login AND t.at > clock_timestamp() - :window::interval
   ORDER BY t.at DESC OFFSET :tries - 1 LIMIT 1)
  UNION ALL
  (SELECT t.at + :address_window::interval FROM sign_in_try t
   WHERE t.address = :address AND t.at > clock_timestamp() - :address_window::interval AND NOT EXISTS (
     SELECT FROM session s JOIN account a ON a.id = s.account WHERE a.login = :login AND s.address = :address)
   ORDER BY t.at DESC OFFSET :address_tries - 1 LIMIT 1)
) held;

-- name: add_try$
INSERT INTO sign_in_try (at, address, login, account)
VALUES (clock_timestamp(), :address, :login, (SELECT id FROM account WHERE login = :login)) RETURNING id;

-- name: forget_try!
-- It was right.
DELETE FROM sign_in_try WHERE id = :id;

-- name: forget_tries!
DELETE FROM sign_in_try WHERE at < clock_timestamp() - :kept::interval;

-- name: failed_tries
-- The latest that failed with a login of the area; what is no login at all belongs to no area.
SELECT t.at, t.address, t.login, a.name FROM sign_in_try t JOIN account a ON a.id = t.account
WHERE EXISTS (SELECT FROM account_role r WHERE r.account = a.id AND r.area = :area)
ORDER BY t.at DESC LIMIT :limit;

-- name: add_ticket!
INSERT INTO ticket (hash, session, expires_at) VALUES (:hash, :session, clock_timestamp() + interval '30 seconds');

-- name: use_ticket^
-- A ticket opens one socket, once.
UPDATE ticket SET used_at = clock_timestamp()
WHERE hash = :hash AND used_at IS NULL AND expires_at > clock_timestamp() RETURNING session;

-- name: seat_by_session^
SELECT s.id AS session, a.id AS account, a.login, a.name, a.language, s.area, ar.code AS area_code, s.role, s.unit,
       u.code AS unit_code, s.cells, s.expires_at
FROM session s JOIN account a ON a.id = s.account JOIN area ar ON ar.id = s.area LEFT JOIN unit u ON u.id = s.unit
WHERE s.id = :session AND s.ended_at IS NULL AND s.expires_at > clock_timestamp() AND a.disabled_at IS NULL;

-- name: still_seated
SELECT s.id FROM session s JOIN account a ON a.id = s.account
WHERE s.id = ANY(:sessions::uuid[]) AND s.ended_at IS NULL AND s.expires_at > clock_timestamp()
  AND a.disabled_at IS NULL;

-- name: forget_tickets!
DELETE FROM ticket WHERE expires_at < clock_timestamp() - interval '1 hour';

-- name: keep_house_alone$
-- One process after another, until the end of the transaction: two that fill rosters at once would wait in a ring.
SELECT pg_advisory_xact_lock(hashtext('rescue-circle.keep-house'));

-- name: put_account$
INSERT INTO account (login, name, password_hash, language) VALUES (:login, :name, :password_hash, :language)
ON CONFLICT (login) DO UPDATE SET password_hash = excluded.password_hash, name = excluded.name
RETURNING id;

-- name: put_role!
INSERT INTO account_role (account, area, role, unit, cells) VALUES (:account, :area, :role, :unit, :cells)
ON CONFLICT (account, area, role) DO UPDATE SET unit = excluded.unit, cells = excluded.cells;

-- name: logins_of_area
SELECT a.login, r.role, r.unit, r.cells FROM account a JOIN account_role r ON r.account = a.id WHERE r.area = :area ORDER BY r.role, a.login;

-- name: areas
SELECT id, code, name_zh, name_en, time_zone, illustrative FROM area ORDER BY code;

-- name: units_of_area
SELECT id, code FROM unit WHERE area = :area ORDER BY code;

-- name: committees_of_area
-- The committees that have cells today, with the cells' codes.
SELECT m.code, m.name_zh, array_agg(c.code ORDER BY c.code) AS cells
FROM committee m JOIN area a ON a.id = m.area
JOIN cell c ON c.committee = m.id AND c.valid @> (server_now() AT TIME ZONE a.time_zone)::date
WHERE m.area = :area GROUP BY m.id ORDER BY m.code;
