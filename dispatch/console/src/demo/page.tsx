// The demonstration's page: what this is, the button, and the two real pages in frames.
import { LanguageSwitch } from "../parts/header";
import { Failure } from "../parts/said";
import { listed } from "../trade/writing";
import { words } from "../words/language";
import { CONSOLE, PHONE, type Seat, type Visit } from "./visit";

export function DemoPage({ visit }: { visit: Visit }) {
  const say = words.value.demo;
  return (
    <div class="demo">
      <header class="demo-head">
        <h1>{say.title}</h1>
        <button
          type="button"
          class="primary fall"
          disabled={visit.working.value || visit.console.value === null}
          onClick={() => void visit.somebodyFell()}
        >
          {say.fall}
        </button>
        <p class="told" role="status">
          {told(visit)}
        </p>
        <Failure text={visit.failure.value} />
        <LanguageSwitch />
      </header>
      <main class="frames">
        <Frame name={CONSOLE} title={say.console} seat={visit.console.value} />
        <Frame name={PHONE} title={say.phone} seat={visit.phone.value} />
      </main>
    </div>
  );
}

function Frame({ name, title, seat }: { name: string; title: string; seat: Seat | null }) {
  return (
    <section class={`frame ${name}`} aria-label={title}>
      <h2>
        {title}
        {seat?.unit != null && ` · ${seat.unit}`}
      </h2>
      {seat !== null && <iframe key={seat.address} name={name} title={title} src={seat.address} allow="autoplay; geolocation" />}
    </section>
  );
}

/** What has happened, and what the visitor may do now. */
function told(visit: Visit): string {
  const say = words.value.demo;
  const fall = visit.fall.value;
  if (fall === null) return say.begin;
  const units = (fall.assignments ?? []).map(({ unit_code }) => unit_code);
  return units.length === 0 ? say.nobody(fall.number) : say.sent(fall.number, listed(units), visit.phone.value?.unit ?? "");
}
