// Whether what is on screen is live; when it is not, since when, in words nobody can miss.
import type { FeedState } from "../feed/feed";
import { ahead_ms, now_ms } from "../store/now";
import { age, timeOfDay } from "../trade/writing";
import { words } from "../words/language";

export function FeedLamp({ feed }: { feed: FeedState }) {
  const say = words.value.feed;
  const live = feed.phase === "live";
  return (
    <span class={`lamp ${live ? "live" : "not-live"}`} role="status">
      <span aria-hidden="true">{live ? "● " : "○ "}</span>
      {live ? say.live : feed.phase === "connecting" ? say.connecting : say.downShort}
    </span>
  );
}

/** `everLive` is whether there is anything old on screen, or nothing yet. */
export function FeedBanner({ feed, everLive }: { feed: FeedState; everLive: boolean }) {
  const say = words.value.feed;
  if (feed.phase !== "down") return null;
  const at = timeOfDay(feed.since + ahead_ms.value);
  return (
    <div class="banner" role="alert">
      <span aria-hidden="true">■ </span>
      {everLive ? say.down(silence(feed), at) : say.never(silence(feed))}
    </div>
  );
}

/** `since` is by this device's clock, the running seconds by the service's. */
function silence(feed: FeedState): string {
  return age((now_ms.value - ahead_ms.value - feed.since) / 1000);
}
