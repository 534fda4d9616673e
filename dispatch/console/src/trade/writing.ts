// How times, durations, ages and lengths are written for the reader, in the area's time zone.
import { signal } from "@preact/signals";
import { language, locale, words } from "../words/language";

/** The area's IANA time zone; every time on screen is in it. */
export const timeZone = signal("Asia/Shanghai");

/** `14:03:22` in the area's time zone. */
export function timeOfDay(instant: string | number): string {
  return written("second", { hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23" }, instant);
}

/** `14:03`, or with the date before it when that is not today. */
export function shortTime(instant: string | number, now_ms: number): string {
  const time = written("minute", { hour: "2-digit", minute: "2-digit", hourCycle: "h23" }, instant);
  const date = dateOf(instant);
  return date === dateOf(now_ms) ? time : `${date} ${time}`;
}

/** `3:05`, or `1:02:07` beyond an hour. */
export function stopwatch(span_s: number): string {
  const whole = Math.max(0, Math.floor(span_s));
  const [hours, minutes, seconds] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  const two = (n: number) => String(n).padStart(2, "0");
  return hours > 0 ? `${hours}:${two(minutes)}:${two(seconds)}` : `${minutes}:${two(seconds)}`;
}

/** A duration in whole minutes, in seconds below one: `40 秒`, `4 分钟`, `1 小时 5 分钟`. */
export function duration(span_s: number): string {
  const time = words.value.time;
  if (span_s < 59.5) return time.seconds(Math.max(1, Math.round(span_s)));
  const minutes = Math.round(span_s / 60);
  if (minutes < 60) return time.minutes(minutes);
  const rest = minutes % 60;
  return rest === 0 ? time.hours(minutes / 60) : `${time.hours(Math.floor(minutes / 60))} ${time.minutes(rest)}`;
}

/** How old something is, in one unit: `15 秒`, `3 分钟`, `2 小时`, `4 天`. */
export function age(span_s: number): string {
  const time = words.value.time;
  if (span_s < 60) return time.seconds(Math.max(0, Math.floor(span_s)));
  if (span_s < 3600) return time.minutes(Math.floor(span_s / 60));
  if (span_s < 48 * 3600) return time.hours(Math.floor(span_s / 3600));
  return time.days(Math.floor(span_s / 86_400));
}

/** A length as said on the way: `40 米`, `700 米`, `2.3 公里`. */
export function length(metres: number): string {
  const { metres: m, kilometres: km } = words.value.length;
  if (metres < 100) return m(String(Math.round(metres)));
  if (metres < 995) return m(String(Math.round(metres / 10) * 10));
  return km((metres / 1000).toFixed(1));
}

/** Items as a list in the reader's language. */
export function listed(items: readonly string[]): string {
  return items.join(language.value === "zh" ? "、" : ", ");
}

function dateOf(instant: string | number): string {
  return written("day", { month: "2-digit", day: "2-digit" }, instant);
}

const formats = new Map<string, Intl.DateTimeFormat>();

function written(name: string, options: Intl.DateTimeFormatOptions, instant: string | number): string {
  const key = `${name} ${locale.value} ${timeZone.value}`;
  const format = formats.get(key) ?? new Intl.DateTimeFormat(locale.value, { ...options, timeZone: timeZone.value });
  formats.set(key, format);
  return format.format(typeof instant === "string" ? Date.parse(instant) : instant);
}
