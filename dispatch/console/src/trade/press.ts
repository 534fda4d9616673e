// A crew's press of a button: kept with the device's time until it is answered, and shown at once as what it will make of the order.
import type { AssignmentStepName, Order } from "../api/wire";
import { afterStep, isOpen, PROGRESS } from "./assignment";

export interface Told {
  readonly channel: "position" | "asked";
  readonly happened_at: string;
}

export interface Press {
  /** The order in which presses were made and are sent. */
  readonly n: number;
  readonly id: string;
  readonly assignment: string;
  readonly step: AssignmentStepName;
  readonly note: string | null;
  /** When it happened by the service's clock and how that is known, where it is not just being pressed. */
  readonly told?: Told;
  /** By the device's own clock, as it is sent. */
  readonly device_at: string;
  /** The same instant by the service's clock, as far as the device knew it; this is what is shown. */
  readonly at: string;
  readonly fate: "waiting" | "answered" | "refused";
  /** Why it was refused, as the service said it. */
  readonly said: string | null;
}

export function isWaiting(press: Press): boolean {
  return press.fate === "waiting";
}

/** The order as it will be once the presses that still wait have been taken. */
export function withPresses(order: Order, presses: readonly Press[]): Order {
  return presses.filter((press) => isWaiting(press) && press.assignment === order.id).reduce(pressed, order);
}

/** The order in hand: the first assigned of the open ones for an incident; then what waits behind it. */
export function ordersInHand(orders: Iterable<Order>): readonly Order[] {
  return [...orders].filter(isOpen).sort((a, b) => rank(a) - rank(b) || a.assigned_at.localeCompare(b.assigned_at));
}

/** Ended ones, the last first. */
export function ordersEnded(orders: Iterable<Order>): readonly Order[] {
  return [...orders].filter((order) => !isOpen(order)).sort((a, b) => (b.ended_at ?? "").localeCompare(a.ended_at ?? ""));
}

/** Ended by others than the crew itself: it must not just vanish. */
export function wasTakenAway(order: Order): boolean {
  return order.state === "revoked" || order.state === "timed_out";
}

/** The main button: accept, then the next step on the way, in the end clear. */
export function nextStep(order: Order): AssignmentStepName {
  if (order.state === "handed_over") return "clear";
  const at = PROGRESS.findIndex(({ state }) => state === order.state);
  return PROGRESS[at + 1]!.step;
}

/** What the crew's own positions propose for its time at the patient; null once that is known. */
export function nearPatient(order: Pick<Order, "near_patient_at" | "at_patient_at">): Told | null {
  if (order.at_patient_at !== null || order.near_patient_at == null) return null;
  return { channel: "position", happened_at: order.near_patient_at };
}

function rank(order: Order): number {
  return order.kind === "incident" ? 0 : 1;
}

function pressed(order: Order, press: Press): Order {
  const time = press.step === "alarmed" ? "alarmed_at" : PROGRESS.find(({ step }) => step === press.step)?.time;
  const state = afterStep(order.state, press.step);
  const marked = time === undefined || order[time] !== null ? order : { ...order, [time]: press.told?.happened_at ?? press.at };
  const ends = isOpen(order) && !isOpen({ state });
  return { ...marked, state, ...(ends ? { ended_at: press.at } : {}) };
}
