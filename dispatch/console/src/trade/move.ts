// A move-up: how far it is, and what may be said of it next.
import type { Move, MoveStep } from "../api/wire";

export type MoveState = "ordered" | "acknowledged" | "en_route" | "there";

export function moveState(move: Pick<Move, "acknowledged_at" | "en_route_at" | "there_at">): MoveState {
  if (move.there_at !== null) return "there";
  if (move.en_route_at !== null) return "en_route";
  return move.acknowledged_at !== null ? "acknowledged" : "ordered";
}

/** The steps still open to a crew, the next first. */
export function crewSteps(move: Pick<Move, "acknowledged_at" | "en_route_at" | "there_at">): readonly Exclude<MoveStep["step"], "note" | "call_off">[] {
  switch (moveState(move)) {
    case "ordered":
      return ["acknowledge", "en_route", "there", "decline"];
    case "acknowledged":
      return ["en_route", "there", "decline"];
    case "en_route":
      return ["there", "decline"];
    case "there":
      return ["back"];
  }
}
