// The operator's seat: who sits here, what the feed has brought, which incident is in hand, and everything that can be asked.
import { computed, effect, signal } from "@preact/signals";
import { post, read, remove } from "../api/client";
import { postOnce } from "../api/once";
import type {
  Assignment,
  AssignmentStep,
  Departure,
  DepartureStep,
  Incident,
  LiftAnswer,
  NewEvacuation,
  NewLiftRequest,
  ToTell,
  IncidentAnswer,
  IncidentStep,
  IncidentType,
  Named,
  NewAssignment,
  NewAvailability,
  NewDeparture,
  NewIncident,
  NewLateIncident,
  NewPosition,
  PlaceCandidate,
  Recommendation,
  Report,
  ReportAnswer,
  Session,
  TimelineEntry,
  Unit,
  Move,
  MoveStep,
} from "../api/wire";
import { BROWSER, nudgeOnWake } from "../feed/browser";
import { Feed, type FeedState } from "../feed/feed";
import { AreaStore } from "../store/area";
import { setClock } from "../store/now";
import { leadToLogIn } from "../store/session";
import { Reading } from "../store/reading";
import { isLocated } from "../trade/incident";
import { newId } from "../trade/id";
import { runsIncidents } from "../trade/seat";
import { language } from "../words/language";
import { Picture } from "./picture";

/** What a form leaves for the request: its id is made when it is sent. */
export type Without<Request> = Omit<Request, "id">;

const LEAST_BETWEEN_MS = 3_000;

export class Desk {
  readonly session: Session;
  readonly acts: boolean;
  readonly store: AreaStore;
  readonly feed = signal<FeedState>({ phase: "connecting", since: Date.now() });
  readonly everLive = signal(false);
  readonly types = signal<readonly IncidentType[]>([]);
  /** The id of the incident in hand; it is kept in the address, so that a reload keeps it. */
  readonly chosen = signal<string | null>(null);
  readonly hospitals = signal<readonly ToTell[]>([]);
  readonly committees = signal<readonly Named[]>([]);
  readonly calling = signal(false);
  /** Whether an incident is being entered that is over. */
  readonly entering = signal(false);
  readonly recommendation = new Reading<Recommendation>();
  readonly timeline = new Reading<{ items: TimelineEntry[] }>();
  /** What the place may have meant, by incident: from the answer, or asked for again. */
  readonly candidates = signal<{ incident: string; items: readonly PlaceCandidate[] } | null>(null);

  readonly inHand = computed(() => {
    const id = this.chosen.value;
    return id === null ? null : (this.store.incidents.value.get(id) ?? null);
  });

  readonly showsExercise = computed(() => [...this.store.incidents.value.values()].some(({ status, exercise }) => status === "open" && exercise !== null));
  /** What the map shows. */
  readonly picture: Picture;

  /** The units that a map may not hide among others: on the incident in hand, weighed for it, or chosen. */
  readonly important = computed<ReadonlySet<string>>(() => {
    const incident = this.inHand.value;
    const going = incident === null ? [] : [...this.store.units.value.values()].filter((unit) => unit.incident === incident.id);
    const { looked, unit, routes } = this.picture;
    return new Set([...going.map(({ id }) => id), ...routes.drawn.value.map(({ route }) => route.unit), looked.value?.unit ?? "", unit.value ?? ""]);
  });

  constructor(session: Session) {
    this.session = session;
    this.acts = runsIncidents(session);
    this.store = new AreaStore(session.area);
    this.picture = new Picture({
      store: this.store,
      inHand: this.inHand,
      advice: this.recommendation.value,
      live: this.everLive,
    });
    this.#readAddress();
    addEventListener("hashchange", () => this.#readAddress());
    this.#followIncidentInHand();
    void this.#readTypes();
  }

  goLive(): void {
    const feed = new Feed({
      profile: "console",
      device: newId(),
      streams: this.session.streams,
      keeper: this.store,
      world: BROWSER,
      onState: (state) => {
        this.feed.value = state;
        if (state.phase === "live") this.everLive.value = true;
        if (state.phase === "signed_out") void leadToLogIn("signedOut");
        if (state.phase === "withdrawn") void leadToLogIn("withdrawn");
      },
      onClock: setClock,
    });
    this.#feed = feed;
    nudgeOnWake(feed);
    feed.start();
  }

  // --- moving about ---

  choose(id: string): void {
    this.calling.value = false;
    this.entering.value = false;
    history.replaceState(null, "", `#${id}`);
    this.chosen.value = id;
  }

  takeCall(): void {
    this.calling.value = true;
    this.entering.value = false;
  }

  beginLate(): void {
    this.entering.value = true;
    this.calling.value = false;
  }

  /** Opens the unit in the list, or closes it again. */
  showUnit(id: string): void {
    this.picture.unit.value = this.picture.unit.value === id ? null : id;
  }

  async leave(): Promise<void> {
    this.#feed?.stop();
    this.picture.end();
    await remove("/api/session").catch(() => undefined);
    await leadToLogIn();
  }

  async readClosed(): Promise<void> {
    const { items } = await read<{ items: Incident[] }>("/api/incidents?status=closed&limit=50");
    for (const incident of items) this.store.answered("incident", incident);
  }

  // --- acts: each is one request; what it answers is shown at once, its push changes nothing more ---

  async report(call: Without<NewIncident>): Promise<void> {
    const answer = await postOnce<IncidentAnswer>("/api/incidents", call);
    this.#take(answer);
    this.choose(answer.id);
  }

  /** More of an incident that is known: the call is kept with it, and makes no other. */
  async reportOf(incident: string, { priority: _, assign: __, ...call }: Without<NewIncident>): Promise<void> {
    const answer = await postOnce<ReportAnswer>("/api/reports", { incident, ...call });
    this.store.answered("report", answer.report);
    this.#take(answer.incident);
    this.choose(incident);
  }

  /** A report that was kept with the wrong incident becomes one of its own. */
  async split(report: Report): Promise<void> {
    const answer = await postOnce<ReportAnswer>(`/api/reports/${report.id}/split`, {});
    this.store.answered("report", answer.report);
    this.#take(answer.incident);
    this.choose(answer.incident.id);
  }

  async planEvacuation(incident: Incident, change: Without<NewEvacuation>): Promise<void> {
    this.store.answered("incident", await postOnce<Incident>(`/api/incidents/${incident.id}/evacuation`, change));
  }

  async askLift(incident: Incident, wish: Without<NewLiftRequest>): Promise<void> {
    this.store.answered("incident", await postOnce<Incident>(`/api/incidents/${incident.id}/lifts`, wish));
  }

  async answerLift(incident: Incident, lift: string, answer: Without<LiftAnswer>): Promise<void> {
    this.store.answered("incident", await postOnce<Incident>(`/api/incidents/${incident.id}/lifts/${lift}/answer`, answer));
  }

  /** Read when they are first asked for. */
  async readResponders(): Promise<void> {
    if (this.hospitals.value.length > 0) return;
    const { items } = await read<{ items: ToTell[] }>("/api/responders");
    this.hospitals.value = items.filter(({ kind }) => kind === "medical");
  }

  async link(incident: Incident, same_as: string): Promise<void> {
    this.store.answered("incident", await postOnce<Incident>(`/api/incidents/${incident.id}/links`, { same_as }));
  }

  async unlink(incident: Incident, link: string): Promise<void> {
    this.store.answered("incident", await postOnce<Incident>(`/api/incidents/${incident.id}/links/${link}/end`, {}));
  }

  /** An incident that is over, run while the system was down. */
  async enterLate(late: Without<NewLateIncident>): Promise<void> {
    const answer = await postOnce<IncidentAnswer>("/api/incidents/late", late);
    this.#take(answer);
    this.choose(answer.id);
  }

  async stepIncident(incident: Incident, step: Without<IncidentStep>): Promise<void> {
    this.#take(await postOnce<IncidentAnswer>(`/api/incidents/${incident.id}/steps`, step));
  }

  async assign(incident: Incident, order: Without<NewAssignment>): Promise<void> {
    try {
      const path = `/api/incidents/${incident.id}/assignments`;
      this.store.answered("assignment", await postOnce<Assignment>(path, order));
    } catch (failure) {
      void this.recommend(incident);
      throw failure;
    }
  }

  /** Who went to an incident in shadow; nobody is told. */
  async logDeparture(incident: Incident, went: Without<NewDeparture>): Promise<void> {
    this.store.answered("incident", await postOnce<Incident>(`/api/incidents/${incident.id}/departures`, went));
  }

  async stepDeparture(departure: Departure, step: Without<DepartureStep>): Promise<void> {
    this.store.answered("incident", await postOnce<Incident>(`/api/departures/${departure.id}/steps`, step));
  }

  async stepAssignment(assignment: Pick<Assignment, "id">, step: Without<AssignmentStep>): Promise<void> {
    const path = `/api/assignments/${assignment.id}/steps`;
    this.store.answered("assignment", await postOnce<Assignment>(path, step));
  }

  /** A free unit is sent to stand by at a post, both by their codes. */
  async moveUp(unit: string, to: string): Promise<void> {
    this.store.answered("move", await postOnce<Move>("/api/moves", { unit, to }));
  }

  async stepMove(move: Move, step: MoveStep["step"]): Promise<void> {
    this.store.answered("move", await postOnce<Move>(`/api/moves/${move.id}/steps`, { step }));
  }

  async setAvailability(unit: Unit, availability: Without<NewAvailability>): Promise<void> {
    this.store.answered("unit", await postOnce<Unit>(`/api/units/${unit.id}/availability`, availability));
  }

  /** A position said over the radio: the place it names, by the service's own coordinates. */
  async placeByRadio(unit: Unit, place: PlaceCandidate, said: Pick<NewPosition, "by" | "channel"> = {}): Promise<void> {
    const position = { ...place.point, datum: "WGS84", source: "radio", device_at: new Date().toISOString(), ...said };
    await post(`/api/units/${unit.id}/positions`, [position]);
  }

  recommend(incident: Incident): Promise<void> {
    this.#recommendedAt = Date.now();
    return this.recommendation.from(`/api/incidents/${incident.id}/recommendation`);
  }

  // --- inside ---

  #feed: Feed | null = null;
  #recommendedAt = 0;

  #take(answer: IncidentAnswer): void {
    const { place_candidates, possible_duplicates: _, recommendation, assignments, ...incident } = answer;
    this.store.answered("incident", incident);
    for (const assignment of assignments ?? []) this.store.answered("assignment", assignment);
    this.candidates.value = { incident: answer.id, items: place_candidates ?? [] };
    if (recommendation != null && this.chosen.peek() === answer.id) this.recommendation.value.value = recommendation;
  }

  #readAddress(): void {
    const id = location.hash.slice(1);
    this.chosen.value = id === "" ? null : id;
  }

  async #readTypes(): Promise<void> {
    try {
      this.types.value = (await read<{ items: IncidentType[] }>("/api/incident-types")).items;
      this.committees.value = (await read<{ items: Named[] }>("/api/committees")).items;
    } catch {
      setTimeout(() => void this.#readTypes(), LEAST_BETWEEN_MS);
    }
  }

  /** What is read beside the feed follows it: the timeline with every change, the advice when what it rests on changed. */
  #followIncidentInHand(): void {
    effect(() => {
      if (this.chosen.value === null) return;
      this.recommendation.forget();
      this.timeline.forget();
    });
    effect(() => this.#readIncident());
    effect(() => this.#readTimeline());
    effect(() => this.#readRecommendation());
    effect(() => this.#readReports());
    effect(() => this.#readCandidates());
  }

  /** An incident of an address may have been closed too long ago to be in the feed. */
  #readIncident(): void {
    const id = this.chosen.value;
    if (id === null || !this.everLive.value || this.store.incidents.value.has(id)) return;
    read<Incident>(`/api/incidents/${id}`)
      .then((incident) => this.store.answered("incident", incident))
      .catch(() => this.chosen.peek() === id && (this.chosen.value = null));
  }

  #readTimeline(): void {
    const id = this.chosen.value;
    const version = this.#version.value;
    if (id !== null && version !== null && this.acts) void this.timeline.from(`/api/incidents/${id}/timeline`);
  }

  #readReports(): void {
    const id = this.chosen.value;
    if (id === null || !this.acts || !this.everLive.value) return;
    read<{ items: Report[] }>(`/api/incidents/${id}/reports`)
      .then(({ items }) => items.forEach((report) => this.store.answered("report", report)))
      .catch(() => undefined);
  }

  #readCandidates(): void {
    const incident = this.inHand.value;
    if (incident === null || isLocated(incident) || incident.place?.words == null) return;
    if (this.candidates.peek()?.incident === incident.id) return;
    const sought = incident.id;
    read<{ items: PlaceCandidate[] }>(`/api/places?q=${encodeURIComponent(incident.place.words)}`)
      .then(({ items }) => (this.candidates.value = { incident: sought, items }))
      .catch(() => undefined);
  }

  /** Changes of the incident in hand; its assignments raise its version too. */
  readonly #version = computed(() => this.inHand.value?.version ?? null);

  /** What the advice rests on: the incident's place, type and units, who of all units can be sent, and the language. */
  readonly #grounds = computed(() => {
    const incident = this.inHand.value;
    if (incident === null || !this.acts || incident.status !== "open" || !isLocated(incident)) return null;
    const { id, place, type, priority, units } = incident;
    const states = [...this.store.units.value.values()].map((unit) => `${unit.code}${unit.state}`).join();
    return JSON.stringify([id, place, type?.code, priority, units, states, language.value]);
  });

  #readRecommendation(): void {
    if (this.#grounds.value === null) return;
    const incident = this.inHand.peek();
    if (incident === null) return;
    const fresh = this.recommendation.value.peek()?.incident === incident.id;
    const wait = fresh ? Math.max(300, this.#recommendedAt + LEAST_BETWEEN_MS - Date.now()) : 0;
    clearTimeout(this.#due);
    this.#due = setTimeout(() => void this.recommend(incident), wait);
  }

  #due: ReturnType<typeof setTimeout> | undefined;
}
