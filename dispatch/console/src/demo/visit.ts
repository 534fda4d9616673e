// A visit to the demonstration: seats by one-time codes, so that nobody types anything, and a fall that is really reported.
import { signal } from "@preact/signals";
import { letGo, post, read } from "../api/client";
import { postOnce } from "../api/once";
import { holdToken, token, tokenOfFrame } from "../api/token";
import type { CoverageNow, Exercise, IncidentAnswer, NewIncident, OneTimeCode, PlaceCandidate, SessionWithToken, Unit } from "../api/wire";
import { sentence } from "../store/reading";
import { newId } from "../trade/id";
import { language, words } from "../words/language";

export const CONSOLE = "console";
export const PHONE = "phone";

const FALL = { type: "TRA-FX", channel: "phone", assign: "auto" } as const;
const NUMBER = "0744-555-0199";

/** A page in a frame; another code is another frame, for a changed fragment alone loads nothing. */
export interface Seat {
  readonly address: string;
  readonly unit: string | null;
}

export class Visit {
  readonly console = signal<Seat | null>(null);
  readonly phone = signal<Seat | null>(null);
  readonly failure = signal<string | null>(null);
  readonly working = signal(false);
  /** What the last press of the button came to. */
  readonly fall = signal<IncidentAnswer | null>(null);
  #exercise = "";

  async begin(): Promise<void> {
    await this.#trying(async () => {
      const { code } = await post<OneTimeCode>("/api/codes/demo");
      holdToken((await post<SessionWithToken>("/api/session", { code })).token);
      this.console.value = { address: `/operator${await fragment({ login: "operator" })}`, unit: null };
      this.#exercise = await runningExercise();
      const unit = await nearestUnit();
      if (unit !== null) await this.#bePhoneOf(unit);
    });
  }

  /** Somebody has fallen: a report like any other, in the exercise; the phone becomes that of the crew that is sent. */
  async somebodyFell(): Promise<void> {
    await this.#trying(async () => {
      const { place, caller, said } = words.value.demo;
      const report: Omit<NewIncident, "id"> = {
        ...FALL,
        location: { place },
        caller: { name: caller, phone: NUMBER, language: language.value },
        note: said,
        exercise: this.#exercise,
      };
      const fall = await postOnce<IncidentAnswer>("/api/incidents", report);
      this.fall.value = fall;
      showOnConsole(fall.id);
      const sent = fall.assignments ?? [];
      if (sent.some(({ unit_code }) => unit_code === this.phone.value?.unit)) return;
      const one = sent.find(({ legs }) => legs.length > 0) ?? sent[0];
      if (one !== undefined) await this.#bePhoneOf(one.unit_code);
    });
  }

  /** The seats are given back: the crew is played again, and nobody is listed who has gone. */
  end(): void {
    for (const each of [tokenOfFrame(CONSOLE), tokenOfFrame(PHONE), token()]) if (each !== null) letGo(each);
  }

  async #bePhoneOf(unit: string): Promise<void> {
    this.phone.value = { address: `/crew${await fragment({ unit })}`, unit };
  }

  async #trying(act: () => Promise<void>): Promise<void> {
    this.working.value = true;
    this.failure.value = null;
    try {
      await act();
    } catch (failure) {
      this.failure.value = sentence(failure);
    }
    this.working.value = false;
  }
}

async function fragment(seat: { login: string } | { unit: string }): Promise<string> {
  return `#code=${(await post<OneTimeCode>("/api/codes", { id: newId(), ...seat })).code}`;
}

/** The exercise that is on, such as a drill's; else one is begun. */
async function runningExercise(): Promise<string> {
  const { items } = await read<{ items: Exercise[] }>("/api/exercises");
  const running = items.find(({ ends_at }) => ends_at === null) ?? (await postOnce<Exercise>("/api/exercises", { name: words.value.demo.exercise }));
  return running.id;
}

/** Who would most likely be sent and has a way to go: of those soonest in the place's cell the second; else any that is free. */
async function nearestUnit(): Promise<string | null> {
  const [{ items: places }, { cells }] = await Promise.all([
    read<{ items: PlaceCandidate[] }>(`/api/places?q=${encodeURIComponent(words.value.demo.place)}`),
    read<CoverageNow>("/api/coverage/now"),
  ]);
  const nearest = cells.find(({ code }) => code === places[0]?.cell)?.nearest ?? [];
  const near = nearest[1] ?? nearest[0];
  if (near !== undefined) return near.code;
  const { items: units } = await read<{ items: Unit[] }>("/api/units");
  return units.find(({ state }) => state === "free")?.code ?? null;
}

/** The console looks at what its address names. */
function showOnConsole(incident: string): void {
  const frame = document.querySelector<HTMLIFrameElement>(`iframe[name=${CONSOLE}]`);
  if (frame?.contentWindow != null) frame.contentWindow.location.hash = incident;
}
