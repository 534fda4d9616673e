// One report of an incident: who called, by what, who took it, what was said.
import type { ComponentChildren } from "preact";
import type { Report } from "../api/wire";
import { timeOfDay } from "../trade/writing";
import { words } from "../words/language";

export function ReportEntry({ report, children }: { report: Report; children?: ComponentChildren }) {
  const say = words.value.report;
  const channels: Readonly<Record<string, string>> = say.channel;
  const { caller } = report;
  return (
    <li>
      <p class="quiet-text">
        {timeOfDay(report.received_at)} · {channels[report.channel] ?? report.channel} · {say.by(report.by)} {children}
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
