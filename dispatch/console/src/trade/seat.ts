// What the pages offer to which role; the service decides, this only leaves out buttons that would be refused.
import type { Session } from "../api/wire";

/** Whether the seat runs incidents: others see the same page without its actions. */
export function runsIncidents(session: Pick<Session, "role">): boolean {
  return session.role === "operator" || session.role === "supervisor";
}

/** Whether the seat ends sessions and runs exercises. */
export function supervises(session: Pick<Session, "role">): boolean {
  return session.role === "supervisor";
}

/** Whether the seat reads stored decisions and what is made of them. */
export function readsDecisions(session: Pick<Session, "role">): boolean {
  return runsIncidents(session) || session.role === "planner";
}

/** The page a role works on; null where it has none. */
export function pageOf(role: string): string | null {
  switch (role) {
    case "operator":
    case "supervisor":
    case "planner":
    case "viewer":
      return "/operator";
    case "crew":
      return "/crew";
    case "committee":
      return "/committee";
    default:
      return null;
  }
}
