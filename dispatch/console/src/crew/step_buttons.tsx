// The buttons under the thumb: one large one for the next step, smaller ones for the rest; questions are asked in their place.
import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import type { AssignmentStepName, Order } from "../api/wire";
import { mayFollow } from "../trade/assignment";
import { nextStep, nearPatient, type Told } from "../trade/press";
import { timeOfDay } from "../trade/writing";
import { words } from "../words/language";
import type { Phone } from "./phone";

interface Properties {
  phone: Phone;
  order: Order;
}

type Question = "decline" | "need_help" | "clear";

/** A second touch this soon after the first is meant for the button that was there before. */
const TOUCH_REST_MS = 1_200;

export function StepButtons({ phone, order }: Properties) {
  const question = useSignal<Question | null>(null);
  const resting = useSignal(false);
  useEffect(() => {
    if (!resting.value) return;
    const timer = setTimeout(() => (resting.value = false), TOUCH_REST_MS);
    return () => clearTimeout(timer);
  }, [resting.value]);
  const press = (step: AssignmentStepName, note: string | null = null, told?: Told) => {
    resting.value = true;
    question.value = null;
    void phone.press(order, step, note, told);
  };
  const ask = (step: AssignmentStepName) => {
    if (step === "decline" || step === "need_help") question.value = step;
    else if (step === "clear" && order.at_patient_at === null) question.value = "clear";
    else press(step);
  };
  const close = () => (question.value = null);
  if (question.value === "clear") return <AskPatientTime order={order} press={press} onClose={close} />;
  if (question.value !== null) return <AskWhy step={question.value} press={press} onClose={close} />;
  const near = nearPatient(order);
  return (
    <>
      {near !== null && (
        <button type="button" class="main-button near-patient" disabled={resting.value} onClick={() => press("at_patient", null, near)}>
          {words.value.crew.confirmNear(timeOfDay(near.happened_at))}
        </button>
      )}
      <Buttons order={order} resting={resting.value} ask={ask} />
    </>
  );
}

function Buttons({ order, resting, ask }: { order: Order; resting: boolean; ask: (step: AssignmentStepName) => void }) {
  const main = nextStep(order);
  const others = OTHERS.filter((step) => step !== main && mayFollow(order.state, step) && isOffered(order, step));
  return (
    <div class="buttons">
      <button type="button" class="main-button primary" disabled={resting} onClick={() => ask(main)}>
        {buttonWords(main)}
      </button>
      <div class="other-buttons">
        {others.map((step) => (
          <button type="button" key={step} class={step === "decline" ? "risky" : ""} disabled={resting} onClick={() => ask(step)}>
            {buttonWords(step)}
          </button>
        ))}
      </div>
    </div>
  );
}

const OTHERS: readonly AssignmentStepName[] = ["at_patient", "handed_over", "clear", "need_help", "decline"];

/** Steps that may be taken early, without filling the screen with those that make no sense yet. */
function isOffered(order: Order, step: AssignmentStepName): boolean {
  if (step === "at_patient") return order.state === "en_route" || order.state === "acknowledged";
  if (step === "handed_over") return order.state === "at_patient";
  if (step === "need_help") return order.state !== "assigned";
  return true;
}

function buttonWords(step: AssignmentStepName): string {
  const say = words.value.crew;
  const names: Partial<Readonly<Record<AssignmentStepName, string>>> = {
    acknowledge: say.accept,
    decline: say.decline,
    en_route: say.en_route,
    on_scene: say.on_scene,
    at_patient: say.at_patient,
    moving: say.moving,
    handed_over: say.handed_over,
    clear: say.clear,
    need_help: say.needHelp,
  };
  return names[step] ?? words.value.assignment.step[step];
}

interface QuestionProperties {
  press: (step: AssignmentStepName, note?: string | null, told?: Told) => void;
  onClose: () => void;
}

/** Why not, or what is needed: one touch for the usual answers, words for the rest. */
function AskWhy({ step, press, onClose }: QuestionProperties & { step: "decline" | "need_help" }) {
  const say = words.value.crew;
  const said = useSignal("");
  const answers = step === "decline" ? say.declineReasons : say.helpNeeds;
  const asked = step === "decline" ? say.declineWhy : say.needWhat;
  const submit = (event: Event) => {
    event.preventDefault();
    if (said.value.trim() !== "") press(step, said.value.trim());
  };
  return (
    <form class="buttons question" aria-label={asked} onSubmit={submit}>
      <p class="question-words">{asked}</p>
      <div class="other-buttons">
        {answers.map((answer) => (
          <button type="button" key={answer} onClick={() => press(step, answer)}>
            {answer}
          </button>
        ))}
      </div>
      <div class="line">
        <input class="grows" aria-label={say.other} placeholder={say.other} maxLength={200} value={said.value} onInput={(event) => (said.value = event.currentTarget.value)} />
        <button type="submit" disabled={said.value.trim() === ""}>
          {say.send}
        </button>
      </div>
      <button type="button" class="quiet" onClick={onClose}>
        {words.value.cancel}
      </button>
    </form>
  );
}

/** Clearing without having been at the patient leaves the response time unknown: asked once, never forced. What is known
 * of it is offered, and one touch tells that and clears. */
function AskPatientTime({ order, press, onClose }: QuestionProperties & { order: Order }) {
  const say = words.value.crew;
  const near = nearPatient(order);
  const tell = (told: Told) => {
    press("at_patient", null, told);
    press("clear");
  };
  return (
    <div class="buttons question" role="region" aria-label={say.askPatient}>
      <p class="question-words">{say.askPatient}</p>
      {near !== null ? (
        <button type="button" class="main-button primary" onClick={() => tell(near)}>
          {say.clearNear(timeOfDay(near.happened_at))}
        </button>
      ) : (
        <button type="button" class="main-button primary" onClick={() => press("at_patient")}>
          {say.at_patient}
        </button>
      )}
      <div class="other-buttons">
        {order.on_scene_at !== null && (
          <button type="button" onClick={() => tell({ channel: "asked", happened_at: order.on_scene_at! })}>
            {say.clearOnScene(timeOfDay(order.on_scene_at))}
          </button>
        )}
        <button type="button" onClick={() => press("clear")}>
          {say.clearAnyway}
        </button>
        <button type="button" class="quiet" onClick={onClose}>
          {words.value.cancel}
        </button>
      </div>
    </div>
  );
}
