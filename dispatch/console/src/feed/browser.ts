// The feed's world in a browser: its socket, ticket, clocks, and the events that say the network may have changed.
import { post } from "../api/client";
import type { Ticket } from "../api/wire";
import type { Feed, Socket, World } from "./feed";

export const BROWSER: World = {
  socket: () => new WebSocket(feedAddress(), "dispatch.v1") as Socket,
  ticket: async () => (await post<Ticket>("/api/ticket")).ticket,
  now: () => Date.now(),
  random: () => Math.random(),
  later: (delay_ms, act) => {
    const timer = setTimeout(act, delay_ms);
    return () => clearTimeout(timer);
  },
};

/** Lets the feed look at once when the device wakes or its network changes, rather than after its back-off. */
export function nudgeOnWake(feed: Feed): void {
  const nudge = () => feed.nudge();
  addEventListener("online", nudge);
  addEventListener("offline", nudge);
  addEventListener("pageshow", nudge);
  document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && nudge());
}

function feedAddress(): string {
  const scheme = location.protocol === "https:" ? "wss:" : "ws:";
  return `${scheme}//${location.host}/feed`;
}
