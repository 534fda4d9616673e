// Starts the demonstration's page: a console and a crew's phone side by side, and one button.
import { render } from "preact";
import { DemoPage } from "./demo/page";
import { Visit } from "./demo/visit";
import { nameDocument } from "./words/language";

nameDocument((words) => `${words.demo.title} · ${words.product}`);

const visit = new Visit();
render(<DemoPage visit={visit} />, document.getElementById("page")!);
addEventListener("pagehide", () => visit.end());
addEventListener("pageshow", ({ persisted }) => persisted && location.reload());
void visit.begin();
