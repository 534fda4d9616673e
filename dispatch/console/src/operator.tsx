// Starts the operator's page: who is signed in, then the desk, then the feed.
import { render } from "preact";
import { Desk } from "./operator/desk";
import { OperatorPage } from "./operator/page";
import { begin } from "./store/session";
import { pageOf } from "./trade/seat";
import { nameDocument } from "./words/language";

nameDocument((words) => `${words.incident.list} · ${words.product}`);

void begin((session) => pageOf(session.role) === "/operator").then((session) => {
  const desk = new Desk(session);
  render(<OperatorPage desk={desk} />, document.getElementById("page")!);
  desk.goLive();
});
