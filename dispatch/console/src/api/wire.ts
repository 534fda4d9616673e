// The objects of the API by their own names; what they hold is generated from the service's OpenAPI document.
import type { components } from "./schema";

type Schemas = components["schemas"];

export type Named = Schemas["Named"];
export type Point = Schemas["Point"];
export type Leg = Schemas["Leg"];
export type Clock = Schemas["Clock"];
export type Caller = Schemas["Caller"];
export type Incident = Schemas["Incident"];
export type IncidentAnswer = Schemas["IncidentAnswer"];
export type IncidentState = Incident["state"];
export type IncidentType = Schemas["IncidentType"];
export type Outcome = NonNullable<Incident["outcome"]>;
export type Priority = NonNullable<Incident["priority"]>;
export type Place = Schemas["Place"];
export type PlaceCandidate = Schemas["PlaceCandidate"];
export type Assignment = Schemas["Assignment"];
export type AssignmentState = Assignment["state"];
export type Order = Schemas["Order"];
export type Unit = Schemas["Unit"];
export type UnitState = Unit["state"];
export type UnitPosition = Schemas["UnitPosition"];
export type Alarm = Schemas["Alarm"];
export type Queue = Schemas["Queue"];
export type Queued = Schemas["Queued"];
export type Report = Schemas["Report"];
export type TimelineEntry = Schemas["TimelineEntry"];
export type Candidate = Schemas["Candidate"];
export type Recommendation = Schemas["Recommendation"];
export type Shortfall = Schemas["Shortfall"];
export type ToTell = Schemas["ToTell"];
export type Closure = Schemas["Closure"];
export type NewClosure = Schemas["NewClosure"];
export type NamedEdge = Schemas["NamedEdge"];
export type Conditions = Schemas["Conditions"];
export type ConditionsNow = Schemas["ConditionsNow"];
export type Cell = Schemas["Cell"];
export type CellCoverage = Schemas["CellCoverage"];
export type CoverageNow = Schemas["CoverageNow"];
export type SignedIn = Schemas["SignedIn"];
export type FailedTry = Schemas["FailedTry"];
export type Exercise = Schemas["Exercise"];
export type Ticket = Schemas["TicketAnswer"];
export type GroundMap = Schemas["Map"];
export type Route = Schemas["Route"];
export type RouteLeg = Schemas["RouteLeg"];

export type Location = Schemas["Location"];
export type DatumName = NonNullable<Location["point"]>["datum"];
export type NewIncident = Schemas["NewIncident"];
export type NewLateIncident = Schemas["NewLateIncident"];
export type LateUnit = Schemas["LateUnit"];
export type Duplicate = Schemas["Duplicate"];
export type ReportAnswer = Schemas["ReportAnswer"];
export type IncidentStep = Schemas["IncidentStep"];
export type NewAssignment = Schemas["NewAssignment"];
export type AssignmentStep = Schemas["AssignmentStep"];
export type AssignmentStepName = AssignmentStep["step"];
export type NewAvailability = Schemas["NewAvailability"];
export type NewPosition = Schemas["NewPosition"];

/** Who is signed in. Pages rely on the cookie and leave the token in the answer alone, unless they came by a code. */
export type Session = Omit<Schemas["SessionAnswer"], "token">;
export type SessionWithToken = Session & { token: string };
export type OneTimeCode = Schemas["OneTimeCode"];
