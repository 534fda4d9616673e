// The log-in page; a seat already taken goes straight to its page.
import { render } from "preact";
import { LogInPage } from "./log_in/page";
import { read } from "./api/client";
import type { Session } from "./api/wire";
import { ending, enterByCode, maybeSeated, rememberSeat } from "./store/session";
import { pageOf } from "./trade/seat";
import { nameDocument } from "./words/language";

nameDocument((words) => `${words.logIn.title} · ${words.product}`);
void start();

async function start(): Promise<void> {
  await enterByCode();
  render(<LogInPage ended={ending()} />, document.getElementById("page")!);
  if (!maybeSeated()) return;
  read<Session>("/api/session").then(
    ({ role }) => pageOf(role) !== null && location.replace(pageOf(role)!),
    () => rememberSeat(false),
  );
}
