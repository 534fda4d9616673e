// Possibly the same: incidents that a call may tell of, while it is typed and afterwards. A person links; nothing is closed by it.
import { useEffect, useRef } from "preact/hooks";
import type { ComponentChildren } from "preact";
import type { Duplicate, Incident } from "../api/wire";
import { Failure } from "../parts/said";
import { useSending } from "../parts/sending";
import { Reading } from "../store/reading";
import { now_ms } from "../store/now";
import { signs } from "../trade/duplicate";
import { placeName, typeName } from "../trade/naming";
import { shortTime } from "../trade/writing";
import { words } from "../words/language";
import type { Desk } from "./desk";
import { Section } from "./section";

type Found = { items: Duplicate[] };

const REST_MS = 250;

/** Beside the call being typed; Alt and a digit keeps it with that incident instead of making another. */
export function PossiblySame({ path, working, onKeep }: { path: string | null; working: boolean; onKeep: (duplicate: Duplicate) => void }) {
  const reading = useRef(new Reading<Found>()).current;
  const items = reading.value.value?.items ?? [];
  useEffect(() => {
    if (path === null) return reading.forget();
    const rest = setTimeout(() => void reading.from(path), REST_MS);
    return () => clearTimeout(rest);
  }, [path]);
  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent) => {
      const chosen = event.altKey && /^Digit[1-9]$/.test(event.code) ? items[Number(event.code.slice(5)) - 1] : undefined;
      if (chosen === undefined || working) return;
      event.preventDefault();
      onKeep(chosen);
    };
    addEventListener("keydown", onKeyDown);
    return () => removeEventListener("keydown", onKeyDown);
  }, [items, working, onKeep]);
  if (items.length === 0) return null;
  const say = words.value.link;
  return (
    <section class="possibly-same" role="status" aria-label={say.possibly}>
      <h3>{say.possibly}</h3>
      <Candidates items={items}>
        {(each, n) => (
          <button type="button" disabled={working} aria-keyshortcuts={`Alt+${n}`} onClick={() => onKeep(each)}>
            {say.keepWith(each.number)} <kbd>Alt+{n}</kbd>
          </button>
        )}
      </Candidates>
    </section>
  );
}

function Candidates({ items, children }: { items: readonly Duplicate[]; children: (each: Duplicate, n: number) => ComponentChildren }) {
  return (
    <ol>
      {items.map((each, index) => (
        <li key={each.incident} class="line">
          <span class="grows">
            {each.priority} <strong>{words.value.incident.number(each.number)}</strong> {typeName(each.type)} · {placeName(each.place)}{" "}
            <span class="quiet-text">
              {shortTime(each.last_report_at, now_ms.value)} · {signs(each)}
            </span>
          </span>
          {children(each, index + 1)}
        </li>
      ))}
    </ol>
  );
}

interface Properties {
  desk: Desk;
  incident: Incident;
}

/** Of an incident: what it is linked with, and what else it may be the same as. */
export function Links({ desk, incident }: Properties) {
  const say = words.value.link;
  const sending = useSending();
  const reading = useRef(new Reading<Found>()).current;
  const asks = desk.acts && incident.status === "open";
  const grounds = JSON.stringify([asks, incident.type?.code, incident.place?.point, incident.links.length, desk.store.incidents.value.size]);
  useEffect(() => {
    if (!asks) return reading.forget();
    const rest = setTimeout(() => void reading.from(`/api/incidents/${incident.id}/similar`), REST_MS);
    return () => clearTimeout(rest);
  }, [grounds]);
  const linked = new Set(incident.links.map((link) => link.incident));
  const items = (reading.value.value?.items ?? []).filter((each) => !linked.has(each.incident));
  if (incident.links.length === 0 && items.length === 0) return null;
  return (
    <Section title={say.title}>
      <ul class="links">
        {incident.links.map((link) => (
          <li key={link.id} class="line">
            <span class="grows">
              <button type="button" class="quiet" onClick={() => desk.choose(link.incident)}>
                ⇄ {link.repeats ? say.repeats(link.number) : say.repeatedBy(link.number)}
              </button>{" "}
              <span class="quiet-text">{[link.by, shortTime(link.made_at, now_ms.value), link.note ?? ""].filter((each) => each !== "").join(" · ")}</span>
            </span>
            {desk.acts && (
              <button type="button" disabled={sending.working} onClick={() => void sending.send(() => desk.unlink(incident, link.id))}>
                {say.unlink}
              </button>
            )}
          </li>
        ))}
      </ul>
      {items.length > 0 && (
        <div class="possibly-same">
          <h4>{say.possibly}</h4>
          <Candidates items={items}>
            {(each) => (
              <button type="button" disabled={sending.working} onClick={() => void sending.send(() => desk.link(incident, each.incident))}>
                {say.link(each.number)}
              </button>
            )}
          </Candidates>
        </div>
      )}
      <Failure text={sending.failure} />
    </Section>
  );
}
