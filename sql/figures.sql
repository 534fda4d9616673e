-- name: records
-- What every incident that was reported in a period has to tell of its times, of one exercise where one is named.
SELECT i.number, i.reported_at, i.closed_at, i.status, i.outcome, i.priority, i.target_s, i.exercise IS NOT NULL AS exercise,
       t.code AS type, t.name_zh AS type_zh, t.name_en AS type_en, c.code AS cell, c.name_zh AS cell_zh,
       c.name_en AS cell_en, coalesce(k.profile, 'normal') AS conditions,
       least(s.assigned_at, d.went_at) AS assigned_at, least(s.en_route_at, d.went_at) AS en_route_at, s.on_scene_at,
       least(s.at_patient_at, d.at_patient_at) AS at_patient_at,
       CASE WHEN s.late THEN 'late' WHEN d.at_patient_at < coalesce(s.at_patient_at, 'infinity') THEN d.channel
            ELSE l.channel END AS channel,
       coalesce(l.step = 'correct' AND s.at_patient_at <= coalesce(d.at_patient_at, 'infinity'), false) AS corrected,
       i.entered_late_at IS NOT NULL AS entered_late, i.shadow
FROM incident i
LEFT JOIN incident_type t ON t.id = i.type
LEFT JOIN incident_place p ON p.incident = i.id AND p.current
LEFT JOIN cell c ON c.id = p.cell
LEFT JOIN LATERAL (
  SELECT profile FROM conditions k WHERE k.area = i.area AND k.at <= i.reported_at ORDER BY k.number DESC LIMIT 1
) k ON true
LEFT JOIN LATERAL (
  SELECT min(a.assigned_at) AS assigned_at, min(a.en_route_at) AS en_route_at, min(a.on_scene_at) AS on_scene_at,
         min(a.at_patient_at) AS at_patient_at,
         (array_agg(a.id ORDER BY a.at_patient_at, a.id) FILTER (WHERE a.at_patient_at IS NOT NULL))[1] AS first,
         bool_or(a.late) AS late
  FROM assignment a WHERE a.incident = i.id AND a.kind = 'incident'
) s ON true
LEFT JOIN LATERAL (
  -- the line that T5 rests on: a correction of it, the latest first, else the step itself, also where it came too late
  SELECT l.channel, l.step FROM incident_log l
  WHERE l.incident = i.id AND l.assignment = s.first
    AND (l.step = 'at_patient' OR (l.step IN ('correct', 'too_late') AND l.body ->> 'of' = 'at_patient'))
  ORDER BY l.step = 'correct' DESC, CASE WHEN l.step = 'correct' THEN -l.seq ELSE l.seq END LIMIT 1
) l ON true
LEFT JOIN LATERAL (
  -- a committee's squad is a responder like a unit
  SELECT min(d.went_at) AS went_at, min(d.at_patient_at) AS at_patient_at,
         (array_agg(d.channel ORDER BY d.at_patient_at, d.id) FILTER (WHERE d.at_patient_at IS NOT NULL))[1] AS channel
  FROM departure d WHERE d.incident = i.id AND d.withdrawn_at IS NULL
) d ON true
WHERE i.area = :area AND i.reported_at >= :since AND i.reported_at < :until
  AND (:exercise::uuid IS NULL OR i.exercise = :exercise)
ORDER BY i.number;
