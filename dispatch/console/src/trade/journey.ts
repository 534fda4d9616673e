// A unit's way to the patient as one sentence: drive so long to where, walk so far and so high, in so many minutes.
import type { Leg, RouteTurn } from "../api/wire";
import { language, words } from "../words/language";
import { duration, length } from "./writing";

/** Climbs and descents below this are not worth a word. */
const LEVEL_M = 10;

export function journeySentence(legs: readonly Leg[]): string {
  const { leg, recommendation } = words.value;
  const sentence = (legs.length === 0 ? recommendation.noLegs : legs.map(legWords).join(leg.comma)) + leg.stop;
  return sentence.charAt(0).toUpperCase() + sentence.slice(1);
}

export function legWords(leg: Leg): string {
  const say = words.value.leg;
  const time = duration(leg.time_s);
  const to = endOf(leg);
  switch (leg.mode) {
    case "walk":
    case "off_network":
      return say[leg.mode](time, to === "" ? "" : say.to(to), length(leg.length_m), slope(leg));
    case "drive":
    case "cableway":
    case "lift":
    case "rail":
    case "ferry":
      return say[leg.mode](time, to);
    case "wait":
      return say.wait(time, startOf(leg));
    case "board":
    case "leave":
      return say[leg.mode](time);
    default:
      return say.other(leg.mode, time, to);
  }
}

export const TURN_SIGN: Readonly<Record<RouteTurn["turn"], string>> = {
  start: "•",
  straight: "↑",
  left: "←",
  sharp_left: "↙",
  right: "→",
  sharp_right: "↘",
  back: "↶",
};

/** What to do and onto which way, then how far, how high and how long: `左转，走台阶 · 320 m，上 80 m · 9 min`. */
export function turnWords(turn: RouteTurn): string {
  const say = words.value.turn;
  const name = language.value === "zh" ? turn.name_zh : turn.name_en || turn.name_zh;
  const kind = turn.kind === null ? "" : ((say.kind as Readonly<Record<string, string>>)[turn.kind] ?? turn.kind);
  const way = name === "" ? kind : name;
  const act = turn.turn === "start" ? say.along(way) : say.onto(say[turn.turn], way);
  return `${act} · ${length(turn.length_m)}${slope(turn)} · ${duration(turn.time_s)}`;
}

function slope(leg: Pick<Leg, "climb_m" | "descent_m">): string {
  const say = words.value.leg;
  const up = leg.climb_m >= LEVEL_M ? say.up(length(leg.climb_m)) : "";
  const down = leg.descent_m >= LEVEL_M ? say.down(length(leg.descent_m)) : "";
  return up + down;
}

function startOf(leg: Leg): string {
  return language.value === "zh" ? leg.from : leg.from_en || leg.from;
}

function endOf(leg: Leg): string {
  return language.value === "zh" ? leg.to : leg.to_en || leg.to;
}
