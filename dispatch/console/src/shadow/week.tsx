// A week of incidents in shadow: who went, who would have been chosen, the minutes between them, and what they come to.
import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import type { ShadowReport, ShadowRow } from "../api/wire";
import { Failure } from "../parts/said";
import { now_ms } from "../store/now";
import { Reading } from "../store/reading";
import { typeName } from "../trade/naming";
import { listed, shortTime } from "../trade/writing";
import { nameOf, words } from "../words/language";
import { shadowWords } from "../words/shadow";

const DAY_MS = 86_400_000;
const WEEK_DAYS = 7;

export function Week() {
  const say = shadowWords.value;
  const report = useSignal(new Reading<ShadowReport>()).value;
  const period = useSignal("");
  useEffect(() => void report.from(`/api/reports/shadow${period.value}`), [period.value]);
  const told = report.value.value;
  const move = (days: number) => {
    if (told !== null) period.value = `?from=${shifted(told.from_day, days)}&to=${shifted(told.to_day, days)}`;
  };
  return (
    <section>
      <div class="section-head">
        <h3>{say.week}</h3>
        {told !== null && (
          <span class="quick">
            <button type="button" class="quiet" onClick={() => move(-WEEK_DAYS)}>
              {say.before}
            </button>
            <span>{say.days(told.from_day, told.to_day)}</span>
            <button type="button" class="quiet" onClick={() => move(WEEK_DAYS)}>
              {say.after}
            </button>
            <a href={`/api/reports/shadow.csv?from=${told.from_day}&to=${told.to_day}`} download>
              {say.table}
            </a>
          </span>
        )}
      </div>
      <Failure text={report.failure.value} />
      {told !== null && <Totals of={told} />}
      {told !== null && told.rows.length > 0 && <Rows of={told} />}
      {told !== null && told.rows.length === 0 && <p class="hint">{say.empty}</p>}
    </section>
  );
}

function Totals({ of }: { of: ShadowReport }) {
  const say = shadowWords.value;
  const { totals } = of;
  if (totals.n === 0) return null;
  const missing = (["not_weighed", "not_timed", "nobody_chosen", "not_decided", "not_logged"] as const).filter((each) => totals[each] > 0);
  return (
    <>
      <p>
        <strong>{say.totals(totals.n, totals.same, totals.other, totals.same_share === null ? say.unknown : `${Math.round(totals.same_share * 100)} %`)}</strong>
      </p>
      <p>{say.lost(totals.timed, signed(totals.median_lost_s), signed(totals.p90_lost_s))}</p>
      {missing.length > 0 && <p class="quiet-text">{listed(missing.map((each) => `${say.verdict[each]} ${totals[each]}`))}</p>}
    </>
  );
}

function Rows({ of }: { of: ShadowReport }) {
  const say = shadowWords.value;
  return (
    <table class="shadow-rows">
      <thead>
        <tr>
          <th scope="col">{words.value.incident.list}</th>
          <th scope="col">{say.went}</th>
          <th scope="col">{say.system}</th>
          <th scope="col">{say.between}</th>
          <th scope="col">{say.result}</th>
        </tr>
      </thead>
      <tbody>
        {of.rows.map((row) => (
          <Row key={row.incident} row={row} />
        ))}
      </tbody>
    </table>
  );
}

function Row({ row }: { row: ShadowRow }) {
  const say = shadowWords.value;
  const { compared } = row;
  const others = row.went.filter(({ name }) => name !== compared.went).map(({ name }) => name);
  const place = row.place_zh === null ? "" : nameOf({ name_zh: row.place_zh, name_en: row.place_en ?? row.place_zh });
  return (
    <tr class={compared.verdict === "same" ? "" : "differs"}>
      <td>
        <a href={`#${row.incident}`}>{words.value.incident.number(row.number)}</a> {typeName(row.type)} {row.priority}
        <br />
        <span class="quiet-text">
          {shortTime(row.reported_at, now_ms.value)} {place}
        </span>
      </td>
      <td>
        <strong>{compared.went ?? ""}</strong> {unsigned(compared.went_eta_s)}
        {others.length > 0 && <span class="quiet-text"> {say.also(listed(others))}</span>}
      </td>
      <td>
        <strong>{compared.chosen ?? ""}</strong> {unsigned(compared.chosen_eta_s)}
      </td>
      <td>{signed(compared.lost_s)}</td>
      <td>{say.verdict[compared.verdict]}</td>
    </tr>
  );
}

function shifted(day: string, days: number): string {
  return new Date(Date.parse(`${day}T00:00:00Z`) + days * DAY_MS).toISOString().slice(0, 10);
}

function unsigned(span_s: number | null | undefined): string {
  return span_s == null ? "" : shadowWords.value.minutes((span_s / 60).toFixed(1));
}

/** With its sign: above 0 the system's choice would have been there sooner. */
function signed(span_s: number | null | undefined): string {
  if (span_s == null) return shadowWords.value.unknown;
  const sign = span_s > 0 ? "+" : span_s < 0 ? "−" : "";
  return sign + shadowWords.value.minutes((Math.abs(span_s) / 60).toFixed(1));
}
