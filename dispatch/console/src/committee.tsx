// Starts a committee's page: who is signed in, then the seat, then the feed.
import { render } from "preact";
import { CommitteePage } from "./committee/page";
import { CommitteeSeat } from "./committee/seat";
import { begin } from "./store/session";
import { pageOf } from "./trade/seat";
import { nameDocument } from "./words/language";

nameDocument((words) => `${words.committee.incidents} · ${words.product}`);

void begin((session) => pageOf(session.role) === "/committee").then((session) => {
  const seat = new CommitteeSeat(session);
  render(<CommitteePage seat={seat} />, document.getElementById("page")!);
  seat.goLive();
});
