// What has happened to the incident in hand, oldest first: when by both clocks, what, which unit, who, from where.
import type { TimelineEntry } from "../api/wire";
import { Failure } from "../parts/said";
import { timeOfDay } from "../trade/writing";
import { words } from "../words/language";
import type { Desk } from "./desk";
import { Section } from "./section";

/** Device and service may differ by this much before both times are shown. */
const SAME_MS = 2_000;

export function TimelinePanel({ desk }: { desk: Desk }) {
  const { value, failure } = desk.timeline;
  const entries = value.value?.items ?? [];
  return (
    <Section title={words.value.timeline.title}>
      <Failure text={failure.value} />
      <ol class="timeline">
        {entries.map((entry) => (
          <Entry key={entry.seq} entry={entry} />
        ))}
      </ol>
      {value.value !== null && entries.length === 0 && <p class="hint">{words.value.timeline.empty}</p>}
    </Section>
  );
}

function Entry({ entry }: { entry: TimelineEntry }) {
  const say = words.value.timeline;
  const channels: Readonly<Record<string, string>> = { ...words.value.report.channel, ...say.channel };
  const device = entry.corrected_at ?? entry.device_at;
  const shown = entry.channel === "late" && device !== null ? device : entry.at;
  const differs = device !== null && shown === entry.at && Math.abs(Date.parse(device) - Date.parse(entry.at)) > SAME_MS;
  return (
    <li>
      <time dateTime={shown}>{timeOfDay(shown)}</time>
      <div>
        <strong>{stepName(entry.step)}</strong> {entry.unit !== null && <span class="code">{entry.unit}</span>}{" "}
        <span class="quiet-text">
          {[entry.by === entry.unit || entry.channel === "service" ? null : entry.by, channels[entry.channel] ?? entry.channel].filter((each) => each !== null).join(" · ")}
        </span>
        {differs && <p class="quiet-text">{say.deviceTime(timeOfDay(device))}</p>}
        {remarks(entry).map((remark) => (
          <p key={remark} class="said">
            {remark}
          </p>
        ))}
      </div>
    </li>
  );
}

export function stepName(step: string): string {
  const names: Readonly<Record<string, string>> = { ...words.value.assignment.step, ...words.value.timeline.step };
  return names[step] ?? step;
}

/** What a person said or chose; the rest of the body is for programs. */
function remarks(entry: TimelineEntry): readonly string[] {
  const { of, counts, unit, note, reason, what, number, said_by, owner, name, rendezvous, told_who, happened_at } = entry.body;
  const names: Readonly<Record<string, string>> = words.value.alarm.what;
  const missing = typeof what === "string" ? names[what] : undefined;
  const other = typeof number === "number" ? words.value.incident.number(number) : undefined;
  const who = typeof said_by === "string" ? words.value.timeline.saidBy(said_by) : undefined;
  const given = typeof owner === "string" ? (owner === "centre" ? words.value.owner.centre : owner) : undefined;
  const told = typeof told_who === "string" ? words.value.evacuation.told(told_who, timeOfDay(entry.at)) : undefined;
  const late = entry.step === "too_late" && typeof of === "string" ? [stepName(of), counts === true ? words.value.timeline.counts : words.value.timeline.countsNot] : [];
  const went = entry.unit === null && typeof unit === "string" ? unit : undefined;
  const when = typeof happened_at === "string" ? words.value.timeline.saidAt(timeOfDay(happened_at)) : undefined;
  return [...late, went, when, missing, other, given, name, rendezvous, told, who, note, reason].filter((each) => typeof each === "string" && each !== "") as string[];
}
