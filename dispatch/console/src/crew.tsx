// Starts the crew's page: one window of it per phone, so that presses are sent once and in order.
import { render } from "preact";
import { CrewPage } from "./crew/page";
import { Phone } from "./crew/phone";
import { allowSoundOnTouch } from "./crew/alarm";
import { crewSeat } from "./crew/seat";
import { runSeconds } from "./store/now";
import { timeZone } from "./trade/writing";
import { nameDocument, words } from "./words/language";

const OTHER_WINDOW_MS = 1_500;

nameDocument((words) => `${words.crew.title} · ${words.product}`);
allowSoundOnTouch();
void start();

async function start(): Promise<void> {
  const session = await crewSeat();
  timeZone.value = session.time_zone;
  await onlyWindow(session.unit);
  void navigator.storage?.persist?.().catch(() => false);
  const phone = await Phone.of(session);
  runSeconds();
  render(<CrewPage phone={phone} />, root());
  phone.goLive();
}

/** Resolves once no other window of this phone has the unit's page; says so while it waits. */
function onlyWindow(unit: string): Promise<void> {
  if (!("locks" in navigator)) return Promise.resolve();
  return new Promise((resolve) => {
    const notice = setTimeout(() => render(<p class="hint">{words.value.crew.otherTab}</p>, root()), OTHER_WINDOW_MS);
    void navigator.locks.request(`crew ${unit}`, () => {
      clearTimeout(notice);
      resolve();
      return new Promise(() => undefined);
    });
  });
}

function root(): HTMLElement {
  return document.getElementById("page")!;
}
