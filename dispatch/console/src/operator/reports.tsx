// The reports of the incident in hand: who called, by what, what was said. Personal data, for those who may read it.
import type { Incident, Report } from "../api/wire";
import { timeOfDay } from "../trade/writing";
import { words } from "../words/language";
import type { Desk } from "./desk";
import { Section } from "./incident_in_hand";

export function Reports({ desk, incident }: { desk: Desk; incident: Incident }) {
  const say = words.value.report;
  const reports = [...desk.store.reports.value.values()]
    .filter((report) => report.incident === incident.id)
    .sort((a, b) => a.received_at.localeCompare(b.received_at));
  return (
    <Section title={say.list}>
      {reports.length === 0 && <p class="hint">{say.none}</p>}
      <ol class="reports">
        {reports.map((report) => (
          <ReportEntry key={report.id} report={report} />
        ))}
      </ol>
    </Section>
  );
}

function ReportEntry({ report }: { report: Report }) {
  const say = words.value.report;
  const channels: Readonly<Record<string, string>> = say.channel;
  const { caller } = report;
  return (
    <li>
      <p class="quiet-text">
        {timeOfDay(report.received_at)} · {channels[report.channel] ?? report.channel} · {say.by(report.by)}
      </p>
      {caller !== null && (
        <p>
          {say.caller} <strong>{caller.name ?? say.noCaller}</strong>
          {caller.phone != null && (
            <>
              {" "}
              <a href={`tel:${caller.phone}`}>{caller.phone}</a>
            </>
          )}
          {caller.language != null && <span class="quiet-text"> · {caller.language}</span>}
        </p>
      )}
      {report.note !== null && <p class="said">{report.note}</p>}
    </li>
  );
}
