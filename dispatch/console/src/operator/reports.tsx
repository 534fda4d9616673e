// The reports of the incident in hand: who called, by what, what was said. Personal data, for those who may read it.
import type { Incident } from "../api/wire";
import { ReportEntry } from "../parts/report_entry";
import { Failure } from "../parts/said";
import { useSending } from "../parts/sending";
import { words } from "../words/language";
import type { Desk } from "./desk";
import { Section } from "./section";

export function Reports({ desk, incident }: { desk: Desk; incident: Incident }) {
  const say = words.value.report;
  const sending = useSending();
  const reports = [...desk.store.reports.value.values()]
    .filter((report) => report.incident === incident.id)
    .sort((a, b) => a.received_at.localeCompare(b.received_at));
  return (
    <Section title={say.list}>
      {reports.length === 0 && <p class="hint">{say.none}</p>}
      <ol class="reports">
        {reports.map((report) => (
          <ReportEntry key={report.id} report={report}>
            {desk.acts && reports.length > 1 && (
              <button type="button" class="quiet" disabled={sending.working} onClick={() => void sending.send(() => desk.split(report))}>
                {words.value.link.split}
              </button>
            )}
          </ReportEntry>
        ))}
      </ol>
      <Failure text={sending.failure} />
    </Section>
  );
}
