// What has not happened in time, each with what is to be done about it; and whether anybody watches for it at all.
import { useEffect, useRef } from "preact/hooks";
import type { Alarm } from "../api/wire";
import { allowSoundOnTouch, chime } from "../crew/alarm";
import { ExerciseMark } from "../parts/marks";
import { Failure } from "../parts/said";
import { useSending } from "../parts/sending";
import { chaserLives, watchChaser } from "../store/chaser";
import { now_ms } from "../store/now";
import { bySecondChannel, standing } from "../trade/alarm";
import { placeName, typeName } from "../trade/naming";
import { age } from "../trade/writing";
import { words } from "../words/language";
import type { Desk } from "./desk";
import { proposalWords } from "./outlook";

export function Alarms({ desk }: { desk: Desk }) {
  const say = words.value.alarm;
  const alarms = standing(desk.store.alarms.value.values());
  useEffect(allowSoundOnTouch, []);
  useEffect(watchChaser, []);
  useChime(alarms);
  if (alarms.length === 0 && chaserLives.value) return null;
  return (
    <section class="alarms" aria-label={say.title}>
      {!chaserLives.value && (
        <p class="alarm dead" role="alert">
          <strong>▲ {say.dead}</strong> {say.deadTodo}
        </p>
      )}
      <ul>
        {alarms.map((alarm) => (
          <AlarmRow key={alarm.id} desk={desk} alarm={alarm} />
        ))}
      </ul>
    </section>
  );
}

/** One sound for each new alarm that calls for somebody; an exercise makes none. */
function useChime(alarms: readonly Alarm[]): void {
  const heard = useRef<ReadonlySet<string>>(new Set());
  const calling = alarms.filter(({ sounds, exercise }) => sounds && exercise === null).map(({ id }) => id);
  useEffect(() => {
    if (calling.some((id) => !heard.current.has(id))) chime();
    heard.current = new Set(calling);
  }, [calling.join()]);
}

function AlarmRow({ desk, alarm }: { desk: Desk; alarm: Alarm }) {
  const say = words.value;
  const sending = useSending();
  const incident = desk.store.incidents.value.get(alarm.incident);
  const assignment = alarm.assignment === null ? undefined : desk.store.assignments.value.get(alarm.assignment);
  const { offer } = alarm;
  const late_s = (now_ms.value - Date.parse(alarm.due_at)) / 1000;
  return (
    <li class={`alarm ${alarm.sounds ? "sounds" : ""}`}>
      <div class="line">
        <strong>
          <span aria-hidden="true">▲ </span>
          {alarm.unit_code} {say.alarm.what[alarm.what]}
        </strong>
        <span class="quiet-text">{say.alarm.since(age(late_s))}</span>
        <ExerciseMark exercise={alarm.exercise} />
        <span class="grows">
          {say.incident.number(alarm.incident_number)}
          {incident !== undefined && ` ${typeName(incident.type)} · ${placeName(incident.place)}`}
        </span>
        <button type="button" onClick={() => desk.choose(alarm.incident)}>
          {say.alarm.open}
        </button>
      </div>
      <div class="line">
        <span class="grows">
          {todo(alarm)} {secondChannel(desk, alarm)}
        </span>
        {desk.acts && assignment?.state === "assigned" && (
          <button
            type="button"
            disabled={sending.working}
            onClick={() => void sending.send(() => desk.stepAssignment(assignment, { step: "acknowledge", channel: "radio" }))}
          >
            {say.alarm.answeredByRadio}
          </button>
        )}
        {desk.acts && alarm.what === "too_late" && alarm.assignment !== null && (
          <button
            type="button"
            disabled={sending.working}
            onClick={() => void sending.send(() => desk.stepAssignment({ id: alarm.assignment! }, { step: "note", channel: "radio", note: say.alarm.toldByRadio }))}
          >
            {say.alarm.toldByRadio}
          </button>
        )}
        {desk.acts && incident !== undefined && offer !== null && !incident.units.includes(offer.code) && (
          <button
            type="button"
            class="primary"
            disabled={sending.working}
            onClick={() =>
              void sending.send(() =>
                desk.assign(incident, {
                  unit: offer.unit,
                  decision: offer.decision,
                  reason: alarm.unit_code === null ? say.alarm.what[alarm.what] : say.alarm.instead(alarm.unit_code),
                  ...(offer.taken_from == null ? {} : { take_from: offer.taken_from }),
                }),
              )
            }
          >
            {say.assign.one} {offer.code}
          </button>
        )}
      </div>
      <Failure text={sending.failure} />
    </li>
  );
}

/** What is to be done: the unit that could go instead, else the words for what is missing. */
function todo({ what, offer, stale }: Alarm): string {
  const say = words.value.alarm;
  const parts: string[] = [say.todo[what]];
  if (offer !== null) parts.push(proposalWords(offer));
  if (stale) parts.push(say.stale);
  return parts.join(" ");
}

function secondChannel(desk: Desk, alarm: Alarm): string {
  const say = words.value.alarm.secondChannel;
  const way = bySecondChannel(alarm, desk.store.alarms.value.values());
  return way === "none" ? "" : say[way];
}
