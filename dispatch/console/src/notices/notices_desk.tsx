// Notices to crews: those that hold with how many have and have seen them, and the form that sends one.
import { useSignal } from "@preact/signals";
import { useEffect, useId, useRef } from "preact/hooks";
import { postOnce } from "../api/once";
import type { Notice } from "../api/wire";
import type { Desk } from "../operator/desk";
import { Failure } from "../parts/said";
import { useSending } from "../parts/sending";
import { now_ms } from "../store/now";
import { audienceWords, holds } from "../trade/notice";
import { shortTime } from "../trade/writing";
import { nameOf, words } from "../words/language";
import { NewNoticeForm } from "./new_notice";
import { NoticePicture } from "./picture";

export function NoticesDesk({ desk }: { desk: Desk }) {
  const open = useSignal(false);
  const holding = held(desk);
  return (
    <>
      <button type="button" aria-haspopup="dialog" onClick={() => (open.value = true)}>
        {words.value.notice.button(holding.length)}
      </button>
      {open.value && <NoticesDialog desk={desk} onClose={() => (open.value = false)} />}
    </>
  );
}

function held(desk: Desk): Notice[] {
  return [...desk.store.notices.value.values()].filter((notice) => holds(notice, now_ms.value)).sort((a, b) => b.made_at.localeCompare(a.made_at));
}

function NoticesDialog({ desk, onClose }: { desk: Desk; onClose: () => void }) {
  const say = words.value;
  const dialog = useRef<HTMLDialogElement>(null);
  const id = useId();
  const adding = useSignal(false);
  useEffect(() => dialog.current?.showModal(), []);
  const holding = held(desk);
  return (
    <dialog class="ways-desk" ref={dialog} aria-labelledby={id} onClose={onClose}>
      <div class="section-head">
        <h2 id={id}>{say.notice.title}</h2>
        <button type="button" class="quiet" onClick={() => dialog.current?.close()}>
          {say.close}
        </button>
      </div>
      {holding.length === 0 && <p class="hint">{say.notice.none}</p>}
      <ul>
        {holding.map((notice) => (
          <NoticeRow key={notice.id} desk={desk} notice={notice} />
        ))}
      </ul>
      {desk.acts && !adding.value && (
        <button type="button" class="primary" onClick={() => (adding.value = true)}>
          {say.notice.add}
        </button>
      )}
      {adding.value && <NewNoticeForm desk={desk} onDone={() => (adding.value = false)} />}
    </dialog>
  );
}

function NoticeRow({ desk, notice }: { desk: Desk; notice: Notice }) {
  const say = words.value.notice;
  const sending = useSending();
  const shown = useSignal(false);
  const cells = desk.picture.ground.cells.value;
  const named = (code: string) => {
    const cell = cells.get(code);
    return cell === undefined ? code : nameOf(cell);
  };
  const end = () => void sending.send(async () => desk.store.answered("notice", await postOnce<Notice>(`/api/notices/${notice.id}/end`, {})));
  return (
    <li class="closure-row">
      <div class="line">
        <strong class="grows">{notice.text}</strong>
        {notice.photo && (
          <button type="button" class="quiet" aria-expanded={shown.value} onClick={() => (shown.value = !shown.value)}>
            {say.photo}
          </button>
        )}
        {desk.acts && (
          <button type="button" disabled={sending.working} onClick={end}>
            {say.end}
          </button>
        )}
      </div>
      {shown.value && <NoticePicture notice={notice.id} />}
      <p class="quiet-text">
        {say.counts(notice.seen, notice.delivered, notice.units)} · {audienceWords(notice.to, named)} · {say.until(shortTime(notice.until, now_ms.value))} · {notice.by}
      </p>
      <Failure text={sending.failure} />
    </li>
  );
}
