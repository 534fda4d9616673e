// A new notice: what to say, perhaps a photo, to whom, until when.
import { useSignal } from "@preact/signals";
import { useEffect, useId } from "preact/hooks";
import { postOnce } from "../api/once";
import type { Audience, Notice, Post } from "../api/wire";
import type { Desk } from "../operator/desk";
import { Failure } from "../parts/said";
import { useSending } from "../parts/sending";
import { correctedNow_ms } from "../store/now";
import { Reading } from "../store/reading";
import { complete } from "../trade/notice";
import { byTeam } from "../trade/unit";
import { duration } from "../trade/writing";
import { nameOf, words } from "../words/language";
import { shrunk } from "./shrink";

const HOURS: readonly number[] = [0.5, 1, 2, 4, 12, 24];

export function NewNoticeForm({ desk, onDone }: { desk: Desk; onDone: () => void }) {
  const say = words.value.notice;
  const id = useId();
  const sending = useSending();
  const text = useSignal("");
  const hours = useSignal(2);
  const photo = useSignal<string | null>(null);
  const to = useSignal<Required<Audience>>({ all: true, teams: [], cells: [], posts: [] });
  const posts = useSignal(new Reading<{ items: Post[] }>()).value;
  useEffect(() => void posts.from("/api/posts"), []);
  const set = (part: Partial<Audience>) => (to.value = { ...to.value, ...part });
  const submit = (event: Event) => {
    event.preventDefault();
    const until = new Date(correctedNow_ms() + hours.value * 3_600_000).toISOString();
    const body = { text: text.value.trim(), to: to.value, until, ...(photo.value === null ? {} : { photo: photo.value }) };
    void sending.send(async () => desk.store.answered("notice", await postOnce<Notice>("/api/notices", body))).then((done) => done && onDone());
  };
  const takePhoto = async (file: File | undefined) => (photo.value = file === undefined ? null : await shrunk(file));
  const cells = [...desk.picture.ground.cells.value.values()];
  return (
    <form class="ways-form" onSubmit={submit}>
      <label for={`${id}-text`}>{say.text}</label>
      <textarea id={`${id}-text`} rows={3} required maxLength={2000} value={text.value} onInput={(event) => (text.value = event.currentTarget.value)} />
      <div class="line">
        <label for={`${id}-photo`}>{say.photo}</label>
        <input id={`${id}-photo`} type="file" accept="image/*" onChange={(event) => void takePhoto(event.currentTarget.files?.[0])} />
      </div>
      <div class="switch" role="group" aria-label={say.to}>
        <button type="button" aria-pressed={to.value.all} onClick={() => set({ all: true, teams: [], cells: [], posts: [] })}>
          {say.all}
        </button>
        <button type="button" aria-pressed={!to.value.all} onClick={() => set({ all: false })}>
          {say.some}
        </button>
      </div>
      {!to.value.all && (
        <>
          <div class="quick" role="group" aria-label={say.teams}>
            {byTeam([...desk.store.units.value.values()]).map(({ code, ...team }) => (
              <button type="button" key={code} aria-pressed={to.value.teams.includes(code)} onClick={() => set({ teams: toggled(to.value.teams, code) })}>
                {code} {nameOf(team)}
              </button>
            ))}
          </div>
          <Several id={`${id}-cells`} label={say.cells} items={cells} onChoose={(chosen) => set({ cells: chosen })} />
          <Several id={`${id}-posts`} label={say.posts} items={posts.value.value?.items ?? []} onChoose={(chosen) => set({ posts: chosen })} />
        </>
      )}
      <div class="line">
        <label for={`${id}-hours`}>{say.howLong}</label>
        <select id={`${id}-hours`} value={hours.value} onChange={(event) => (hours.value = Number(event.currentTarget.value))}>
          {HOURS.map((each) => (
            <option key={each} value={each}>
              {duration(each * 3600)}
            </option>
          ))}
        </select>
      </div>
      <Failure text={sending.failure} />
      <div class="line">
        <button type="submit" class="primary" disabled={sending.working || !complete(text.value, to.value)}>
          {say.send}
        </button>
        <button type="button" class="quiet" onClick={onDone}>
          {words.value.cancel}
        </button>
      </div>
    </form>
  );
}

function toggled(codes: readonly string[], code: string): string[] {
  return codes.includes(code) ? codes.filter((each) => each !== code) : [...codes, code];
}

interface SeveralProperties {
  id: string;
  label: string;
  items: readonly { code: string; name_zh: string; name_en: string }[];
  onChoose: (codes: string[]) => void;
}

function Several({ id, label, items, onChoose }: SeveralProperties) {
  return (
    <div>
      <label for={id}>{label}</label>
      <select id={id} multiple size={5} class="several" onChange={(event) => onChoose([...event.currentTarget.selectedOptions].map(({ value }) => value))}>
        {items.map((item) => (
          <option key={item.code} value={item.code}>
            {nameOf(item)}
          </option>
        ))}
      </select>
    </div>
  );
}
