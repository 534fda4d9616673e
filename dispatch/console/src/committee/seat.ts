// A committee's seat: its cells, what the feed brings of them, which incident is in hand, and what can be asked.
import { computed, effect, signal } from "@preact/signals";
import { read, remove } from "../api/client";
import { postOnce } from "../api/once";
import type { Cell, CoverageNow, Departure, DepartureStep, Incident, IncidentAnswer, IncidentStep, IncidentType, NewDeparture, NewIncident, Report, Session, Squad } from "../api/wire";
import { BROWSER, nudgeOnWake } from "../feed/browser";
import { Feed, type FeedState } from "../feed/feed";
import { CellsStore } from "../store/cells";
import { setClock } from "../store/now";
import { Reading } from "../store/reading";
import { leadToLogIn } from "../store/session";
import { newId } from "../trade/id";

const TRY_AGAIN_MS = 3_000;
const COVERAGE_MS = 30_000;

export class CommitteeSeat {
  readonly session: Session;
  readonly store = new CellsStore();
  readonly feed = signal<FeedState>({ phase: "connecting", since: Date.now() });
  readonly everLive = signal(false);
  readonly types = signal<readonly IncidentType[]>([]);
  readonly cells = signal<readonly Cell[]>([]);
  readonly coverage = new Reading<CoverageNow>();
  /** Only what this account has taken itself. */
  readonly reports = new Reading<{ items: Report[] }>();
  /** The id of the incident in hand; it is kept in the address, so that a reload keeps it. */
  readonly chosen = signal<string | null>(null);
  readonly calling = signal(false);
  /** Its own squads, and where each is. */
  readonly squads = new Reading<{ items: Squad[] }>();

  readonly inHand = computed(() => {
    const id = this.chosen.value;
    return id === null ? null : (this.store.incidents.value.get(id) ?? null);
  });

  #feed: Feed | null = null;

  constructor(session: Session) {
    this.session = session;
    this.#readAddress();
    addEventListener("hashchange", () => this.#readAddress());
    void this.#readGround();
    this.#readCoverage();
    setInterval(() => this.#readCoverage(), COVERAGE_MS);
    effect(() => this.#readReports());
    effect(() => this.#readSquads());
  }

  goLive(): void {
    const feed = new Feed({
      profile: "console",
      device: newId(),
      streams: this.session.streams,
      keeper: this.store,
      world: BROWSER,
      onState: (state) => this.#feedIs(state),
      onClock: setClock,
    });
    this.#feed = feed;
    nudgeOnWake(feed);
    feed.start();
  }

  choose(id: string): void {
    this.calling.value = false;
    history.replaceState(null, "", `#${id}`);
    this.chosen.value = id;
  }

  takeCall(): void {
    this.calling.value = true;
  }

  async leave(): Promise<void> {
    this.#feed?.stop();
    await remove("/api/session").catch(() => undefined);
    await leadToLogIn();
  }

  async report(call: Omit<NewIncident, "id">): Promise<void> {
    const answer = await postOnce<IncidentAnswer>("/api/incidents", call);
    this.#take(answer);
    this.choose(answer.id);
  }

  async sendSquad(incident: Incident, went: Omit<NewDeparture, "id">): Promise<void> {
    this.#show(await postOnce<Incident>(`/api/incidents/${incident.id}/departures`, went));
  }

  async stepDeparture(departure: Departure, step: Omit<DepartureStep, "id">): Promise<void> {
    this.#show(await postOnce<Incident>(`/api/departures/${departure.id}/steps`, step));
  }

  async note(incident: Incident, note: string): Promise<void> {
    await this.step(incident, { step: "note", note });
  }

  async step(incident: Incident, step: Omit<IncidentStep, "id">): Promise<void> {
    this.#take(await postOnce<IncidentAnswer>(`/api/incidents/${incident.id}/steps`, step));
  }

  /** Whether this seat's committee has it in hand. */
  owns({ owner }: Incident): boolean {
    return owner !== null && this.cells.value.some(({ committee }) => committee?.code === owner.code);
  }

  #take(answer: IncidentAnswer): void {
    const { place_candidates: _, possible_duplicates: ___, recommendation: __, assignments, ...incident } = answer;
    const stream = this.#show(incident);
    if (stream === undefined) return;
    for (const assignment of assignments ?? []) this.store.answered(stream, "assignment", assignment);
  }

  /** Answers the stream of its cell; none where that is not the seat's. */
  #show(incident: Incident): string | undefined {
    const stream = this.session.streams[this.session.cells.indexOf(incident.cell?.code ?? "")];
    if (stream !== undefined) this.store.answered(stream, "incident", incident);
    return stream;
  }

  #feedIs(state: FeedState): void {
    this.feed.value = state;
    if (state.phase === "live") this.everLive.value = true;
    if (state.phase === "signed_out") void leadToLogIn("signedOut");
    if (state.phase === "withdrawn") void leadToLogIn("withdrawn");
  }

  #readAddress(): void {
    const id = location.hash.slice(1);
    this.chosen.value = id === "" ? null : id;
  }

  async #readGround(): Promise<void> {
    try {
      const own = new Set(this.session.cells);
      this.types.value = (await read<{ items: IncidentType[] }>("/api/incident-types")).items;
      this.cells.value = (await read<{ items: Cell[] }>("/api/cells")).items.filter(({ code }) => own.has(code));
    } catch {
      setTimeout(() => void this.#readGround(), TRY_AGAIN_MS);
    }
  }

  #readCoverage(): void {
    if (document.visibilityState === "visible") void this.coverage.from("/api/coverage/now");
  }

  /** Read again with every change of the incident in hand; an incident that has left its cells is no longer asked for. */
  #readReports(): void {
    const incident = this.inHand.value;
    if (incident === null) this.reports.forget();
    else void this.reports.from(`/api/incidents/${incident.id}/reports`);
  }

  /** Read again with every change in its cells, where squads are free or out. */
  #readSquads(): void {
    void this.store.incidents.value;
    if (this.everLive.value) void this.squads.from("/api/squads");
  }
}
