// Notices on the crew's phone: each until it is over or the crew has said that it saw it, then folded away.
import { useSignal } from "@preact/signals";
import { postOnce } from "../api/once";
import type { UnitNotice } from "../api/wire";
import { NoticePicture } from "../notices/picture";
import { Failure } from "../parts/said";
import { useSending } from "../parts/sending";
import { now_ms } from "../store/now";
import { holds } from "../trade/notice";
import { shortTime } from "../trade/writing";
import { words } from "../words/language";
import type { Phone } from "./phone";

export function NoticeCards({ phone }: { phone: Phone }) {
  const say = words.value.notice;
  const holding = phone.orders.notices.value.filter((notice) => holds(notice, now_ms.value));
  const seen = holding.filter(({ seen_at }) => seen_at !== null);
  return (
    <>
      {holding
        .filter(({ seen_at }) => seen_at === null)
        .map((notice) => (
          <NoticeCard key={notice.id} notice={notice} />
        ))}
      {seen.length > 0 && (
        <details class="recent">
          <summary>
            {say.title} · {seen.length}
          </summary>
          {seen.map((notice) => (
            <NoticeText key={notice.id} notice={notice} />
          ))}
        </details>
      )}
    </>
  );
}

function NoticeCard({ notice }: { notice: UnitNotice }) {
  const say = words.value.notice;
  const sending = useSending();
  return (
    <section class="notice-card" aria-label={say.title}>
      <h2>{say.title}</h2>
      <NoticeText notice={notice} />
      <button type="button" class="primary" disabled={sending.working} onClick={() => void sending.send(() => postOnce(`/api/notices/${notice.id}/seen`, {}))}>
        {say.seen}
      </button>
      <Failure text={sending.failure} />
    </section>
  );
}

function NoticeText({ notice }: { notice: UnitNotice }) {
  const say = words.value.notice;
  const shown = useSignal(notice.seen_at === null);
  return (
    <div class="notice-text">
      <p>{notice.text}</p>
      {notice.photo &&
        (shown.value ? (
          <NoticePicture notice={notice.id} />
        ) : (
          <button type="button" class="quiet" onClick={() => (shown.value = true)}>
            {say.photo}
          </button>
        ))}
      <p class="quiet-text">
        {shortTime(notice.made_at, now_ms.value)} · {say.until(shortTime(notice.until, now_ms.value))} · {notice.by}
      </p>
    </div>
  );
}
