"""What goes over the wire: one struct per object and request, the same on HTTP, in the feed and in OpenAPI.

Times are UTC (RFC 3339), coordinates EPSG:4326 (WGS-84) unless a datum is named, lengths metres, durations seconds.
Names come in Chinese and English; a screen shows the one its reader wants.
"""

from datetime import date, datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from msgspec import UNSET, Meta, Struct, UnsetType, field

from dispatch import figures, shadow
from dispatch.assignment import State as AssignmentState
from dispatch.assignment import Step as AssignmentStepName
from dispatch.chase import Ladder, What
from dispatch.closure import MOST_EDGES
from dispatch.duplicate import Likeness
from dispatch.incident import AssignPolicy, Outcome, Priority, Status
from dispatch.incident import State as IncidentState
from dispatch.incident import Step as IncidentStepName
from dispatch.outlook import Source as OutlookSource
from dispatch.outlook import State as OutlookState
from dispatch.seat import Role
from geo.closure import ClosureMode, Layer
from geo.obstacle import Cause
from geo.speed import EdgeClass
from geo.turns import Turn

Longitude = Annotated[float, Meta(ge=-180, le=180)]
Latitude = Annotated[float, Meta(ge=-90, le=90)]
Text = Annotated[str, Meta(max_length=4000)]
ShortText = Annotated[str, Meta(max_length=200)]
Moment = Annotated[datetime, Meta(tz=True)]
"""With its offset from UTC: an hour on its own might be the area's or the server's."""

Reason = Annotated[str, Meta(min_length=1, max_length=200)]
Code = Annotated[str, Meta(min_length=1, max_length=100)]
Direction = Literal["forward", "backward"]
DatumName = Literal["WGS84", "CGCS2000", "GCJ02", "BD09"]


class _Object(Struct, frozen=True, kw_only=True):
    """Something the service tells."""


class _Request(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Something the service is asked."""


# --- small things used by the larger ones ---


class Named(_Object, frozen=True, kw_only=True):
    """A thing known by a code and a name in both languages."""

    code: str
    name_zh: str
    name_en: str


class Point(_Object, frozen=True, kw_only=True):
    lon: float
    lat: float


class Snapped(_Object, frozen=True, kw_only=True):
    """Where on the network a point was put: the edge, metres from its start, and how far from the point."""

    edge: str
    offset_m: float
    distance_m: float
    point: Point


class Place(_Object, frozen=True, kw_only=True):
    """Where an incident is, as now believed; not located while ``point`` is null."""

    source: Literal["point", "call_point", "cell", "place", "words"]
    given: dict[str, Any]
    point: Point | None
    accuracy_m: float | None
    words: str | None
    name_zh: str | None
    name_en: str | None
    outside_area: bool
    snapped: Snapped | None


class PlaceCandidate(_Object, frozen=True, kw_only=True):
    """A place that the words may have meant; ``location`` is what to send to locate the incident there."""

    kind: Literal["place", "call_point", "cell", "post"]
    code: str
    name_zh: str
    name_en: str
    point: Point
    elevation_m: float | None
    cell: str | None
    score: float
    location: dict[str, str]


class Clock(_Object, frozen=True, kw_only=True):
    """The marks of one incident and the intervals between them; a missing mark is null, never zero."""

    reported_at: datetime
    located_at: datetime | None
    assigned_at: datetime | None
    delivered_at: datetime | None
    acknowledged_at: datetime | None
    en_route_at: datetime | None
    at_patient_at: datetime | None
    medical_at_patient_at: datetime | None
    moving_at: datetime | None
    handed_over_at: datetime | None
    closed_at: datetime | None
    alarm_processing_s: float | None
    turnout_s: float | None
    travel_s: float | None
    response_time_s: float | None
    target_at: datetime | None
    within_target: bool | None


class Caller(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    name: ShortText | None = None
    phone: ShortText | None = None
    language: ShortText | None = None


class Leg(Struct, frozen=True, kw_only=True, rename={"from_": "from"}):
    """One part of a journey in one mode; ``climb_m`` is what must be climbed, ``descent_m`` what goes down."""

    mode: str
    from_: str
    to: str
    from_en: str
    to_en: str
    from_code: str | None
    to_code: str | None
    length_m: float
    climb_m: float
    descent_m: float
    time_s: float


class RouteTurn(Struct, frozen=True, kw_only=True):
    """A piece of a leg: the ``turn`` at its beginning, the ``kind`` of way and its name (null and empty where there is
    none), and how far, high and long it is to the next turn or the leg's end.
    """

    turn: Turn
    point: Point
    kind: str | None
    name_zh: str
    name_en: str
    length_m: float
    climb_m: float
    descent_m: float
    time_s: float


class RouteLeg(Leg, frozen=True, kw_only=True):
    """A leg with the codes of the edges it follows and the points it passes, each longitude and latitude; no points
    where nobody moves. ``turns`` are its pieces, the first from its start.
    """

    edges: list[str]
    line: list[tuple[float, float]]
    turns: list[RouteTurn]


class Proposal(_Object, frozen=True, kw_only=True):
    """A unit that could be there ``eta_s`` after being sent; ``taken_from`` a less urgent incident where one has it."""

    unit: UUID
    code: str
    eta_s: float | None
    taken_from: UUID | None = None
    taken_from_number: int | None = None


class Offer(Proposal, frozen=True, kw_only=True):
    """Another unit that could go, why it, and the stored decision that says so."""

    decision: UUID
    reason_code: str


class Outlook(_Object, frozen=True, kw_only=True):
    """Whether somebody will be at the patient by the deadline, as seen at ``at``; of P1 and P2 while nobody is there.

    ``best_at`` is the best time there is, whoever goes; of who has not been sent it lies as long after ``at`` as the
    way takes, and is told anew when that changes, not as time passes. ``source``: whether the arrival follows from
    the plan or from the crew's position. ``proposed`` is the unit to send: one that mends it, or one that would be
    there much sooner.
    """

    state: OutlookState
    at: datetime
    deadline: datetime
    expected_at: datetime | None
    expected_unit: str | None
    source: OutlookSource | None
    best_at: datetime | None
    proposed: Proposal | None


class Link(_Object, frozen=True, kw_only=True):
    """Another ``incident`` that somebody says is the same event; ``repeats``: this one is the later telling of it."""

    id: UUID
    incident: UUID
    number: int
    repeats: bool
    note: str | None
    by: str
    made_at: datetime


class Rendezvous(_Object, frozen=True, kw_only=True):
    """Where a patient is handed on, with how long it takes to carry one there from the incident."""

    kind: str
    code: str
    name_zh: str
    name_en: str
    point: Point
    travel_s: float
    stairs_m: float


class LiftRequest(_Object, frozen=True, kw_only=True):
    """A lift or cableway asked to ``hold`` for a patient, or to ``open``; ``granted`` is null until it is answered."""

    id: UUID
    edge: str
    name_zh: str
    name_en: str
    wish: Literal["hold", "open"]
    asked_of: str | None
    asked_at: datetime
    granted: bool | None
    answered_at: datetime | None
    answered_who: str | None
    note: str | None


class Evacuation(_Object, frozen=True, kw_only=True):
    """How an incident's patients get out. ``carriers`` are for all of them at once: eight for each where the way has
    stairs or is not known, else four. The way is one with a stretcher, as it was open when the plan was made, or when
    the incident was located anew; ``lifts`` are the edges
    ridden on it, ``travel_s`` is null while there is no rendezvous, or no way there.
    """

    patients: int
    carriers: int
    rendezvous_zh: str | None
    rendezvous_en: str | None
    rendezvous: Point | None
    legs: list[Leg]
    travel_s: float | None
    on_foot_m: float
    stairs_m: float
    lifts: list[str]
    hospital: Named | None
    told_at: datetime | None
    told_who: str | None


class Lift(_Object, frozen=True, kw_only=True):
    """What was asked of a lift, and what it said."""

    name_zh: str
    name_en: str
    wish: Literal["hold", "open"]
    granted: bool | None


class WayOut(_Object, frozen=True, kw_only=True):
    """The plan in short, for the crew."""

    patients: int
    carriers: int
    to_zh: str | None
    to_en: str | None
    hospital: Named | None
    lifts: list[Lift]


class Duplicate(_Object, frozen=True, kw_only=True):
    """An incident that a report may tell of; nothing follows from it by itself. ``travel_s`` is on foot from its place
    to the report's, null where that cannot be timed; ``distance_m`` as the crow flies; ``likeness`` compares the types.
    """

    incident: UUID
    number: int
    type: Named | None
    priority: Priority | None
    status: Status
    place: Place | None
    cell: Named | None
    last_report_at: datetime
    travel_s: float | None
    distance_m: float | None
    likeness: Likeness
    same_caller: bool


# --- objects: each is the same in its GET and in the feed ---


class Departure(_Object, frozen=True, kw_only=True):
    """Who went to an incident by word of mouth: a unit where that is in shadow, a ``squad`` of a committee, or others
    by their ``name`` alone. ``code`` is the unit's or the squad's.
    """

    id: UUID
    unit: UUID | None
    squad: Named | None
    code: str | None
    name: str | None
    went_at: datetime
    at_patient_at: datetime | None
    handed_over_at: datetime | None


class Incident(_Object, frozen=True, kw_only=True):
    """One incident without personal data (those are in its reports, ``reports`` of them). ``owner`` is the committee
    that has it in hand, null the command centre. One that was taken in ``shadow`` is run by radio to its end: it has
    ``departures`` and no assignments.
    """

    id: UUID
    area: UUID
    number: int
    type: Named | None
    priority: Priority | None
    status: Status
    state: IncidentState
    outcome: Outcome | None
    duplicate_of: UUID | None
    confirmed_at: datetime | None
    transferred_to: str | None
    owner: Named | None
    entered_late_at: datetime | None
    shadow: bool
    departures: list[Departure]
    exercise: UUID | None
    assign: AssignPolicy
    place: Place | None
    cell: Named | None
    team: Named | None
    target_s: int | None
    target_source: str | None
    outlook: Outlook | None
    clock: Clock
    units: list[str]
    reports: int
    links: list[Link]
    evacuation: Evacuation | None
    lift_requests: list[LiftRequest]
    version: int


class Assignment(_Object, frozen=True, kw_only=True):
    """A unit sent to an incident, without personal data; one that was entered ``late`` was over by then, and has no
    decision. ``near_patient_at`` is when it was first near the patient by its own positions: a proposal for
    ``at_patient_at``, for its crew or an operator to confirm.
    """

    id: UUID
    area: UUID
    incident: UUID
    incident_number: int
    unit: UUID
    unit_code: str
    kind: Literal["incident", "next", "move_up"]
    state: AssignmentState
    exercise: UUID | None
    decision: UUID | None
    late: bool
    reason: str | None
    medical: bool
    people: int
    eta_s: float | None
    legs: list[Leg]
    assigned_at: datetime
    delivered_at: datetime | None
    alarmed_at: datetime | None
    help_asked_at: datetime | None
    acknowledged_at: datetime | None
    en_route_at: datetime | None
    on_scene_at: datetime | None
    near_patient_at: datetime | None
    at_patient_at: datetime | None
    moving_at: datetime | None
    handed_over_at: datetime | None
    ended_at: datetime | None
    ended_reason: str | None
    version: int


class Order(Assignment, frozen=True, kw_only=True):
    """An assignment as its own crew reads it: with the place, the caller and what was said."""

    type: Named | None
    priority: Priority | None
    place: Place | None
    cell: Named | None
    target_s: int | None
    reported_at: datetime
    caller: Caller | None
    notes: list[str]
    way_out: WayOut | None


class Alarm(_Object, frozen=True, kw_only=True):
    """Something that has not happened in time. It stands until ``ended_at``; ``ended_by`` is the step that answered it.

    ``stale``: it came so long after ``due_at``, the service having been away, that nothing was done by itself.
    ``second_channel`` is how far the order has got that way; an exercise never does.
    """

    id: UUID
    area: UUID
    incident: UUID
    incident_number: int
    assignment: UUID | None
    unit: UUID | None
    unit_code: str | None
    exercise: UUID | None
    what: What
    sounds: bool
    due_at: datetime
    raised_at: datetime
    stale: bool
    second_channel: Literal["none", "queued", "sent", "replied", "needless", "failed"]
    offer: Offer | None
    ended_at: datetime | None
    ended_by: str | None
    version: int


QueueReason = Literal["nearest", "leaves_the_nearest_to_another", "others_go_first", "nobody_can_come"]


class Queued(_Object, frozen=True, kw_only=True):
    """An incident that waits, how much of its target is left, and the unit that suits it and all others best."""

    incident: UUID
    incident_number: int
    priority: Priority | None
    exercise: UUID | None
    left_s: float | None
    proposed: Proposal | None
    in_time: bool | None
    reason: QueueReason


class Queue(_Object, frozen=True, kw_only=True):
    """Who waits, in the order in which a desk takes them."""

    at: datetime
    items: list[Queued]


class Page(_Object, frozen=True, kw_only=True):
    """What the second channel is told of an order; nothing of the caller. ``text_*`` fit one text message."""

    page: UUID
    area: str
    unit: str
    phone: str | None
    incident_number: int
    at: datetime
    text_zh: str
    text_en: str


class UnitPosition(_Object, frozen=True, kw_only=True):
    """Where a unit is believed to be, how that is known, and since when."""

    lon: float
    lat: float
    source: Literal["device", "radio", "post", "incident"]
    accuracy_m: float | None
    at: datetime


class Unit(_Object, frozen=True, kw_only=True):
    """A unit with what decides whether it can be sent."""

    id: UUID
    area: UUID
    code: str
    name_zh: str
    name_en: str
    team: Named
    post: Named | None
    post_point: Point | None
    vehicle: str | None
    turnout_s: int
    on_duty: bool
    duty_until: datetime | None
    next_duty_at: datetime | None
    people: int
    capabilities: dict[str, int]
    kit: list[str]
    state: Literal["off_duty", "free", "unavailable", "out_of_contact", "no_position", "busy"]
    reason: str | None
    position: UnitPosition | None
    assignment: UUID | None
    assignment_state: AssignmentState | None
    incident: UUID | None
    incident_number: int | None
    since: datetime | None
    exercise: UUID | None
    version: int


class Report(_Object, frozen=True, kw_only=True):
    """One message about an incident, with its caller; only for those who may read callers."""

    id: UUID
    area: UUID
    incident: UUID | None
    channel: str
    caller: Caller | None
    note: str | None
    location_given: dict[str, Any] | None
    device_at: datetime | None
    received_at: datetime
    by: str
    version: int


class TimelineEntry(_Object, frozen=True, kw_only=True):
    """One line of an incident's timeline: who, what, when by both clocks, from where."""

    seq: int
    step: str
    at: datetime
    device_at: datetime | None
    corrected_at: datetime | None
    by: str | None
    unit: str | None
    assignment: UUID | None
    channel: str
    address: str | None
    body: dict[str, Any]


class Obstacle(_Object, frozen=True, kw_only=True):
    """One thing that leaves somebody no way: a ``cause``, the edge on which it stands with its name (of an island, a
    place on it), the closures that make it one, and until when as far as that is known.
    """

    cause: Cause
    edge: str | None
    name_zh: str
    name_en: str
    closures: list[UUID]
    until: datetime | None


class Candidate(_Object, frozen=True, kw_only=True):
    """A unit weighed for an incident; ``eta_s`` is null when it cannot come or cannot be timed, never 0.

    ``cut_by`` are the closures on the way that it would take if nothing were closed, ``longer_s`` what they cost it
    (null where they leave it no way); ``enters`` are closed edges on which its way begins or ends; ``obstacles`` are
    what leaves it no way. ``reason`` says all of it.
    """

    unit: UUID
    code: str
    team: str
    eta_s: float | None
    legs: list[Leg]
    position_source: str | None
    position_age_s: float | None
    capabilities: dict[str, int]
    people: int
    chosen: bool
    reason: str
    reason_code: str
    cut_by: list[UUID]
    longer_s: float | None
    enters: list[str]
    obstacles: list[Obstacle]


class Shortfall(_Object, frozen=True, kw_only=True):
    """A need of the run card that nobody free fills."""

    people: int
    capabilities: list[str]
    tier: Literal[1, 2]
    reason: str


class ToTell(_Object, frozen=True, kw_only=True):
    """An outside responder to be told; never commanded."""

    code: str
    kind: str
    name_zh: str
    name_en: str
    phone: str


class NetworkVersion(_Object, frozen=True, kw_only=True):
    network: str
    closures: int
    conditions: str
    speeds: str
    at: datetime


class PossibleWay(_Object, frozen=True, kw_only=True):
    """A way on which a vague place may lie: ``distance_m`` from the point given, at ``point``, ``elevation_m`` high;
    ``eta_s`` is the soonest there, null where nobody can come. ``taken``: the answer is for this one, the nearest.
    """

    edge: str
    name_zh: str
    name_en: str
    point: Point
    elevation_m: float
    distance_m: float
    eta_s: float | None
    taken: bool


class WayInDoubt(PossibleWay, frozen=True, kw_only=True):
    """A way on which the patient may be, and who would be there first."""

    unit: UUID | None
    unit_code: str | None


class Recommendation(_Object, frozen=True, kw_only=True):
    """Who should go, in order, with reasons; ``decision`` names the stored decision it is.

    ``doubt``: the ways on which the patient may be, as far as the place is known, where they make a great difference;
    to settle it, locate the incident again at its point with the ``edge`` that it is.
    """

    decision: UUID
    at: datetime
    incident: UUID
    first: list[Candidate]
    candidates: list[Candidate]
    responders: list[ToTell]
    shortfalls: list[Shortfall]
    target_s: int | None
    allowance_s: int
    within_target: bool | None
    network_version: NetworkVersion
    code_version: str
    doubt: list[WayInDoubt] = []


class ReplayedUnit(_Object, frozen=True, kw_only=True):
    unit: UUID
    code: str
    eta_s: float | None
    chosen: bool
    reason_code: str


class ReplayedChoice(_Object, frozen=True, kw_only=True):
    """Who was chosen, and all who were weighed, in their order."""

    chosen: list[str]
    candidates: list[ReplayedUnit]


class Difference(_Object, frozen=True, kw_only=True):
    """One thing that comes out otherwise than it was stored: of the choice, or of the way of a ``unit`` (its code)."""

    what: str
    unit: str | None
    stored: Any
    recomputed: Any


class Replay(_Object, frozen=True, kw_only=True):
    """A stored decision made again from its inputs, on the ground of then and by the code of ``code_version_now``."""

    decision: UUID
    incident: UUID
    incident_number: int
    at: datetime
    same: bool
    stored: ReplayedChoice
    recomputed: ReplayedChoice
    differences: list[Difference]
    network_version: NetworkVersion
    closures: list[UUID]
    code_version: str
    code_version_now: str


class ResponseReport(_Object, frozen=True, kw_only=True):
    """How long help took in incidents reported from ``from_day`` to ``to_day``, days of the area's calendar, both
    included; of real ones, or of one ``exercise`` alone. ``curve`` is that of all P1 and P2 with a target; ``left`` are
    incidents that no row counts.
    """

    area: UUID
    at: datetime
    from_day: date
    to_day: date
    exercise: UUID | None
    rows: list[figures.Row]
    curve: list[figures.Step]
    left: figures.Left


class ShadowRow(_Object, frozen=True, kw_only=True):
    """One incident that was taken in shadow: all that ``went``, and the comparison with the ``decision`` that was
    stored by the time the first of them went.
    """

    incident: UUID
    number: int
    reported_at: datetime
    type: Named | None
    priority: Priority | None
    place_zh: str | None
    place_en: str | None
    target_s: int | None
    decision: UUID | None
    decided_at: datetime | None
    went: list[shadow.Went]
    compared: shadow.Compared


class ShadowReport(_Object, frozen=True, kw_only=True):
    """Who went by radio and who would have been chosen, in incidents reported from ``from_day`` to ``to_day``, days of
    the area's calendar, both included. Seconds are until a unit is at the patient, by one stored decision for both.
    """

    area: UUID
    at: datetime
    from_day: date
    to_day: date
    rows: list[ShadowRow]
    totals: shadow.Totals


class Cell(_Object, frozen=True, kw_only=True):
    """A management-grid cell; ``label_point`` lies well inside it, for its name on a map."""

    id: UUID
    area: UUID
    code: str
    name_zh: str
    name_en: str
    kind: str
    grid: Named
    committee: Named | None
    owner: Named | None
    backups: list[Named]
    target_s: int
    target_source: str
    label_point: Point
    geometry: dict[str, Any]
    illustrative: bool


class Post(_Object, frozen=True, kw_only=True):
    id: UUID
    area: UUID
    code: str
    name_zh: str
    name_en: str
    kind: str
    team: Named | None
    point: Point
    elevation_m: float | None
    phone: str | None
    source: str
    confidence: str
    illustrative: bool


class Need(_Object, frozen=True, kw_only=True):
    people: int
    capabilities: list[str]


class RunCard(_Object, frozen=True, kw_only=True):
    priority: Priority | None
    target_s: int | None
    needs: list[Need]
    second_tier: list[Need]
    responders: list[str]
    auto_assign: bool
    ladder: Ladder
    notes_zh: str
    notes_en: str


class IncidentType(_Object, frozen=True, kw_only=True):
    code: str
    name_zh: str
    name_en: str
    priority: Priority
    run_cards: list[RunCard]


class Route(_Object, frozen=True, kw_only=True):
    """The quickest way of a unit to an incident from where it is now, turnout included in ``eta_s``.

    Where there is none, ``eta_s`` is null, ``reason`` says why and ``obstacles`` are what leaves it none.
    """

    incident: UUID
    unit: UUID
    unit_code: str
    at: datetime
    eta_s: float | None
    travel_s: float | None
    legs: list[RouteLeg]
    reason: str | None
    obstacles: list[Obstacle]
    network_version: NetworkVersion


class MapLayer(_Object, frozen=True, kw_only=True):
    """A layer of the vector tiles and what each of its features says; ``code`` is unique in it."""

    id: str
    shape: Literal["polygon", "line", "point"]
    fields: list[str]


class Map(_Object, frozen=True, kw_only=True):
    """What there is to draw of an area; ``tiles`` is the address of a tile, ``bounds`` are west, south, east, north.

    ``illustrative``: at least part of it was made up for a demonstration, and a map must say so.
    """

    version: str
    tiles: str
    smallest_zoom: int
    largest_zoom: int
    bounds: list[float]
    layers: list[MapLayer]
    name_zh: str
    name_en: str
    illustrative: bool
    attribution: str
    network_version: str | None


class NearUnit(_Object, frozen=True, kw_only=True):
    """A unit, and when it would be there: processing allowance, turnout and travel together."""

    code: str
    eta_s: float


class CellCoverage(_Object, frozen=True, kw_only=True):
    """Whether a cell is reached in time. ``point`` is where its time is reached, by ``unit``; ``nearest`` are the
    first three there. ``search``: no open way in it; ``nobody``: no free unit reaches it; then the time is null.
    """

    code: str
    state: Literal["inside", "outside", "search", "nobody"]
    eta_s: float | None
    target_s: float
    unit: str | None
    nearest: list[NearUnit]
    point: Point | None
    length_m: float
    covered_m: float


class CoverageNow(_Object, frozen=True, kw_only=True):
    """What the free units cover at an instant; ``without`` a unit, with the cells that would be ``lost`` by that.

    The shares are of the cells with open ways, and of the open ways that are no road; null where there are none.
    """

    at: datetime
    network_version: NetworkVersion
    allowance_s: int
    free_units: list[str]
    without: str | None
    lost: list[str]
    share_of_cells: float | None
    share_of_trail_m: float | None
    trail_m: float
    cells: list[CellCoverage]


class TravelEnd(_Object, frozen=True, kw_only=True):
    """An origin or a destination as it was understood: its point in WGS-84, and how far that is from the way it was put
    on, null where there is none near. ``doubt``: the ways on which it may lie within its accuracy, where they make a
    great difference to the soonest of its times; name one as the point's ``edge``.
    """

    code: str | None
    name_zh: str | None
    name_en: str | None
    point: Point
    snap_m: float | None
    doubt: list[PossibleWay] = []


class TravelTime(_Object, frozen=True, kw_only=True):
    """One origin to one destination: seconds, turnout of a unit included; null with what leaves no way."""

    eta_s: float | None
    legs: list[Leg] | None
    obstacles: list[Obstacle]


class TravelTimes(_Object, frozen=True, kw_only=True):
    """``times[o][d]``: a row for each origin, in it a column for each destination, in the order asked."""

    at: datetime
    network_version: NetworkVersion
    origins: list[TravelEnd]
    destinations: list[TravelEnd]
    times: list[list[TravelTime]]


class CellGrid(_Object, frozen=True, kw_only=True):
    """Square cells of ``cell_m`` metres in the projection ``srid``: the south-west corner of all is at ``x0``, ``y0``
    (east, north); rows count from the south, columns from the west.
    """

    srid: int
    cell_m: float
    x0: float
    y0: float
    columns: int
    rows: int


class Outline(_Object, frozen=True, kw_only=True):
    """A GeoJSON geometry in WGS-84, with its holes."""

    type: Literal["MultiPolygon"]
    coordinates: list[list[list[tuple[float, float]]]]


class ReachedWithin(_Object, frozen=True, kw_only=True):
    """What is reached within so many minutes: ``runs`` of cells (row, first column, how many), their area, and an
    outline for drawing in which the middles of just these cells lie.
    """

    minutes: int
    km2: float
    runs: list[tuple[int, int, int]]
    outline: Outline


class Reach(_Object, frozen=True, kw_only=True):
    """Where the first of the origins can be in time, setting out ``at``. A cell counts if its middle is reached, the
    last metres beside the way included; further than ``beside_m`` from every way that is walked none does.
    """

    at: datetime
    network_version: NetworkVersion
    origins: list[TravelEnd]
    grid: CellGrid
    beside_m: float
    within: list[ReachedWithin]


class LiftNow(_Object, frozen=True, kw_only=True):
    """A cableway, lift, railway or ferry: its hours in OSM's grammar, whether it runs now without being asked, and
    whether it would be started for a rescue.
    """

    edge: str
    kind: EdgeClass
    name_zh: str
    name_en: str
    opens: str
    runs_now: bool
    on_request: bool


class NetworkNow(_Object, frozen=True, kw_only=True):
    """The ways that all times are taken on: how many and where, and what is closed and switched at this instant.

    ``extent`` is west, south, east, north in WGS-84 degrees; ``length_m`` by kind of way.
    """

    version: NetworkVersion
    code: str
    srid: int
    nodes: int
    edges: int
    extent: tuple[float, float, float, float]
    length_m: dict[str, float]
    closures: list[UUID]
    lifts: list[LiftNow]


class Hole(_Object, frozen=True, kw_only=True):
    """A cell that would be reached in time were nobody out on an incident, and is not. ``mended_by`` is a unit on its
    way to stand by where that mends it.
    """

    code: str
    name_zh: str
    name_en: str
    eta_s: float | None
    target_s: float
    visitors: int | None
    mended_by: str | None


class ProposedMove(_Object, frozen=True, kw_only=True):
    """The one move that mends most: its cells, and those that it would open, by code."""

    unit: str
    to: Named
    travel_s: float
    mends: list[str]
    opens: list[str]


class Holes(_Object, frozen=True, kw_only=True):
    """What assignments have opened, and the standby move that mends most of it; null when none mends more than it
    opens.
    """

    at: datetime
    network_version: NetworkVersion
    holes: list[Hole]
    move: ProposedMove | None


class Move(_Object, frozen=True, kw_only=True):
    """A free unit sent to stand by at another post. It stays free; an order to an incident ends the move."""

    id: UUID
    area: UUID
    unit: UUID
    unit_code: str
    to: Named
    point: Point
    travel_s: float | None
    mends: list[str]
    reason: str | None
    by: str
    made_at: datetime
    acknowledged_at: datetime | None
    en_route_at: datetime | None
    there_at: datetime | None
    ended_at: datetime | None
    ended_because: Literal["assigned", "declined", "called_off", "back", "replaced"] | None
    version: int


class Moves(_Object, frozen=True, kw_only=True):
    items: list[Move]


class Audience(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Everybody, or the units of ``teams``, those whose post is one of ``posts``, those of the teams that own ``cells``
    and those whose post lies in one of them; all by their codes.
    """

    all: bool = False
    teams: Annotated[list[Code], Meta(max_length=200)] = []
    cells: Annotated[list[Code], Meta(max_length=500)] = []
    posts: Annotated[list[Code], Meta(max_length=500)] = []


class Notice(_Object, frozen=True, kw_only=True):
    """A broadcast to crews, with how many ``units`` it is for, how many devices have stored it and how many crews have
    said that they saw it.
    """

    id: UUID
    area: UUID
    text: str
    photo: bool
    to: Audience
    until: datetime
    by: str
    made_at: datetime
    ended_at: datetime | None
    ended_by: str | None
    units: int
    delivered: int
    seen: int
    version: int


class UnitNotice(_Object, frozen=True, kw_only=True):
    """A notice as a crew reads it."""

    id: UUID
    area: UUID
    unit: UUID
    text: str
    photo: bool
    until: datetime
    by: str
    made_at: datetime
    ended_at: datetime | None
    seen_at: datetime | None
    version: int


class NoticeReader(_Object, frozen=True, kw_only=True):
    """A unit that a notice is for."""

    unit: UUID
    unit_code: str
    team: str
    delivered_at: datetime | None
    seen_at: datetime | None
    seen_by: str | None


class NoticeReaders(_Object, frozen=True, kw_only=True):
    items: list[NoticeReader]


class Notices(_Object, frozen=True, kw_only=True):
    items: list[Notice]


class NamedEdge(_Object, frozen=True, kw_only=True):
    """A way of the network, as it can be chosen to be closed; a way without a name of its own is called by its code."""

    code: str
    kind: EdgeClass
    name_zh: str
    name_en: str
    length_m: float


class GivenPolygon(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A ring of points, each longitude and latitude, as a map gave them; without a datum it is refused.

    What it touches is meant, in part or whole; the last point need not repeat the first.
    """

    ring: Annotated[list[tuple[Longitude, Latitude]], Meta(min_length=3, max_length=500)]
    datum: DatumName


class Closure(_Object, frozen=True, kw_only=True, rename={"from_": "from"}):
    """Ways of the network that are closed, or will be. It applies from ``from`` until ``until`` or ``ended_at``,
    whichever is earlier, and its reader's clock says whether that is now: nothing is sent as it begins or ends by
    itself.

    ``edges`` are the codes of what was named by edges, by ``kind`` or by ``polygon`` when it was made; the names say
    it as people do. What ``mode`` does is done on its ``layer`` alone: shut; slow, all times multiplied by ``factor``;
    one-way, passable in ``direction`` along the edge alone; on request, ``delay_s`` longer, at any hour.
    """

    id: UUID
    area: UUID
    edges: list[str]
    kind: EdgeClass | None
    polygon: GivenPolygon | None
    name_zh: str
    name_en: str
    layer: Layer
    mode: ClosureMode
    factor: float | None
    direction: Direction | None
    delay_s: float | None
    from_: datetime
    until: datetime | None
    reason: str
    by: str
    made_at: datetime
    ended_at: datetime | None
    ended_by: str | None
    ended_reason: str | None
    version: int


class Conditions(_Object, frozen=True, kw_only=True):
    """The conditions that travel times in an area are taken under: ``normal``, or names such as ``night+rain``. ``id``
    is the area's; who, when and why are null and ``version`` is 0 while nobody has ever switched them.
    """

    id: UUID
    area: UUID
    profile: str
    name_zh: str
    name_en: str
    reason: str | None
    by: str | None
    at: datetime | None
    version: int


class AreaMode(_Object, frozen=True, kw_only=True):
    """How an area is run: ``live``, or in ``shadow``, where the desk works by radio and the system commands nobody.
    ``id`` is the area's; who, when and why are null and ``version`` is 0 while nobody has ever switched it.
    """

    id: UUID
    area: UUID
    mode: shadow.Mode
    reason: str | None
    by: str | None
    at: datetime | None
    version: int


class AreaModeNow(_Object, frozen=True, kw_only=True):
    """Incidents stay as they were taken: so many that are open are run in shadow, so many live, exercises aside."""

    now: AreaMode
    open_shadow: int
    open_live: int
    history: list[AreaMode]


class KnownConditions(_Object, frozen=True, kw_only=True):
    """Conditions that can be switched to; of those of one ``kind`` the slowest counts. ``closes`` are classes of way,
    vehicles (``car``, ``motorbike``) or single edges.
    """

    name: str
    kind: str
    name_zh: str
    name_en: str
    closes: list[str]


class Exercise(_Object, frozen=True, kw_only=True):
    id: UUID
    area: UUID
    name: str
    starts_at: datetime
    ends_at: datetime | None


# --- requests ---


class GivenPoint(_Request, frozen=True, kw_only=True):
    """A point as a map or a phone gave it; without a datum it is refused. ``edge``: the code of the way it is known to
    be on, where several lie near (a cliff has a top and a foot).
    """

    lon: Longitude
    lat: Latitude
    datum: DatumName
    accuracy_m: Annotated[float, Meta(ge=0, le=100_000)] | None = None
    edge: Code | UnsetType | None = UNSET


class Location(_Request, frozen=True, kw_only=True):
    """Exactly one of a point, a call point's code, a cell's code, or a place in words."""

    point: GivenPoint | None = None
    call_point: Code | None = None
    cell: Code | None = None
    place: ShortText | None = None


class NewIncident(_Request, frozen=True, kw_only=True):
    """A report of something that happened; everything but ``id`` may still be unknown. ``keep``: the committee that
    takes it keeps it in hand, until it hands it up.
    """

    id: UUID
    type: Code | None = None
    location: Location | None = None
    reported_at: datetime | None = None
    caller: Caller | None = None
    note: Text | None = None
    priority: Priority | None = None
    exercise: UUID | None = None
    assign: AssignPolicy | None = None
    channel: ShortText = "phone"
    keep: bool = False


class NewReport(NewIncident, frozen=True, kw_only=True):
    """A report, of an ``incident`` that is known already or of a new one, which then has the report's ``id`` too.

    Of one that is known only who told what, when and how is kept: type, priority, exercise and ``assign`` are its own.
    """

    incident: UUID | None = None


class LateUnit(_Request, frozen=True, kw_only=True):
    """A unit that went, with the times it said; ``by`` is who said them. ``back_at_post``: it stood at its post again
    when it was clear.
    """

    unit: Code
    assigned_at: Moment
    cleared_at: Moment
    by: ShortText | None = None
    acknowledged_at: Moment | None = None
    en_route_at: Moment | None = None
    on_scene_at: Moment | None = None
    at_patient_at: Moment | None = None
    moving_at: Moment | None = None
    handed_over_at: Moment | None = None
    back_at_post: bool = False


class NewLateIncident(_Request, frozen=True, kw_only=True):
    """An incident that is over, run by radio while the system was down, with its real times. ``by`` is who says so,
    ``channel`` how it had been reported; ``to``, where it was transferred, who took it.
    """

    id: UUID
    reported_at: Moment
    closed_at: Moment
    by: Reason
    type: Code | None = None
    priority: Priority | None = None
    location: Location | None = None
    channel: ShortText = "phone"
    caller: Caller | None = None
    note: Text | None = None
    outcome: Literal["done", "false_alarm", "transferred", "cancelled"] = "done"
    to: ShortText | None = None
    units: Annotated[list[LateUnit], Meta(max_length=20)] = []


class NewMove(_Request, frozen=True, kw_only=True):
    """Send a free unit (id or code) to stand by at a post (``to``, its code)."""

    id: UUID
    unit: Code
    to: Code
    reason: ShortText | None = None


MoveStepName = Literal["acknowledge", "en_route", "there", "decline", "call_off", "back", "note"]


class MoveStep(_Request, frozen=True, kw_only=True):
    """What becomes of a move, pressed on the device or said over the radio and entered by an operator: ``by`` is who
    said it. ``back`` is said when the unit goes back to its own post.
    """

    id: UUID
    step: MoveStepName
    device_at: datetime | None = None
    note: ShortText | None = None
    by: ShortText | None = None
    channel: Literal["device", "radio", "phone"] | None = None


class NewNotice(_Request, frozen=True, kw_only=True):
    """A text to crews until an instant; ``photo`` is a JPEG, PNG or WebP picture in base64."""

    id: UUID
    text: Annotated[str, Meta(min_length=1, max_length=2000)]
    to: Audience
    until: Moment
    photo: bytes | None = None


class OnNotice(_Request, frozen=True, kw_only=True):
    """A crew has seen a notice, or a desk ends it."""

    id: UUID


class NewEvacuation(_Request, frozen=True, kw_only=True):
    """What is new in the plan; what is not said stays as it was. ``hospital`` is a responder's code, ``told_who`` who
    took the call there just now.
    """

    id: UUID
    patients: Annotated[int, Meta(ge=0, le=999)] | None = None
    rendezvous: Location | None = None
    hospital: Code | None = None
    told_who: Reason | None = None
    note: ShortText | None = None


class NewLiftRequest(_Request, frozen=True, kw_only=True):
    """Ask a lift or cableway, by the code of its edge, to hold for a patient or to open."""

    id: UUID
    edge: Code
    wish: Literal["hold", "open"]
    asked_of: ShortText | None = None
    note: ShortText | None = None


class LiftAnswer(_Request, frozen=True, kw_only=True):
    """What the lift's people said, and ``by`` whom."""

    id: UUID
    granted: bool
    by: Reason
    note: ShortText | None = None


MoverName = Literal["foot", "motorbike", "vehicle", "loaded", "stretcher"]


class TravelFrom(_Request, frozen=True, kw_only=True):
    """Where somebody sets out: exactly one of a unit (as it is now, with its vehicle and its turnout), a post, or a
    location as of an incident; of the last two ``by`` says how they move.
    """

    unit: Code | None = None
    post: Code | None = None
    location: Location | None = None
    by: MoverName = "foot"


class TravelTo(_Request, frozen=True, kw_only=True):
    """Where somebody is to get to: exactly one of a post or a location as of an incident."""

    post: Code | None = None
    location: Location | None = None


class AskTravelTimes(_Request, frozen=True, kw_only=True):
    """How long from each origin to each destination, setting out ``at`` (now), under the present conditions or others
    (``normal``, ``night+rain``).
    """

    origins: Annotated[list[TravelFrom], Meta(min_length=1, max_length=500)]
    destinations: Annotated[list[TravelTo], Meta(min_length=1, max_length=500)]
    at: Moment | None = None
    conditions: Code | None = None
    legs: bool = False


class AskReach(_Request, frozen=True, kw_only=True):
    """Where the first of the ``origins`` (or, with none named, of all units that are free) can be within each of these
    ``minutes``, setting out ``at`` (now), under the present conditions or others.
    """

    origins: Annotated[list[TravelFrom], Meta(min_length=1, max_length=500)] | None = None
    minutes: Annotated[list[Annotated[int, Meta(ge=1, le=120)]], Meta(min_length=1, max_length=6)] = field(
        default_factory=lambda: [5, 10, 15]
    )
    at: Moment | None = None
    conditions: Code | None = None


class NewLink(_Request, frozen=True, kw_only=True):
    """The incident tells of the same event as another one. ``by`` is who said so."""

    id: UUID
    same_as: UUID
    note: ShortText | None = None
    by: ShortText | None = None


class EndOfLink(_Request, frozen=True, kw_only=True):
    id: UUID
    reason: ShortText | None = None


class Split(_Request, frozen=True, kw_only=True):
    """A report told of something else: it becomes an incident of its own, under this ``id``."""

    id: UUID
    note: ShortText | None = None


class IncidentStep(_Request, frozen=True, kw_only=True):
    """What is to happen to an incident: locate, retype, priority, note, confirm, close, cancel, reopen.

    ``by`` is who said it, ``channel`` how it came; ``to``, when it is closed as transferred, who has it now. ``owner``
    of the step ``transfer`` is a committee's code, or ``centre``.
    """

    id: UUID
    step: IncidentStepName
    by: ShortText | None = None
    channel: Literal["console", "radio", "phone", "device", "position", "late"] | None = None
    to: ShortText | None = None
    device_at: datetime | None = None
    location: Location | None = None
    type: Code | None = None
    priority: Priority | None = None
    outcome: Outcome | None = None
    duplicate_of: UUID | None = None
    owner: Code | None = None
    note: Text | None = None


class NewAssignment(_Request, frozen=True, kw_only=True):
    """Send a unit (by id or code); another than the recommended one needs a reason.

    ``take_from``: the less urgent incident that has the unit now and loses it by this.
    """

    id: UUID
    unit: Code
    take_from: UUID | None = None
    decision: UUID | None = None
    reason: ShortText | None = None
    device_at: datetime | None = None


class AssignmentStep(_Request, frozen=True, kw_only=True):
    """A step of an assignment, pressed on the device or said over the radio and entered by an operator.

    ``by`` is who said it, ``channel`` how it came: ``position`` where a proposal from one was confirmed, ``asked``
    where the crew was asked for it afterwards, ``late`` where it is entered from a paper log. ``happened_at`` is when,
    where it was not just now: it stands in the timeline as it was said, and counts no earlier than the step before it.
    A correction names the step ``of`` which the time was wrong and when it happened, or that it ``never`` did.
    """

    id: UUID
    step: AssignmentStepName
    device_at: datetime | None = None
    note: Text | None = None
    by: ShortText | None = None
    channel: Literal["device", "radio", "phone", "position", "asked", "late"] | None = None
    of: AssignmentStepName | None = None
    happened_at: datetime | None = None
    never: bool = False


class Reply(_Request, frozen=True, kw_only=True):
    """What a crew answered through the second channel: 1 acknowledges, 2 declines.

    It names the page it answers, or the number it came from, whose newest page it then is.
    """

    reply: Literal["1", "2"]
    page: UUID | None = None
    phone: ShortText | None = None
    at: datetime | None = None


class NewPosition(_Request, frozen=True, kw_only=True):
    """Where a unit is, as its device says or as somebody said (``by``, over which ``channel``) to an operator."""

    lon: Longitude
    lat: Latitude
    datum: DatumName
    device_at: datetime
    source: Literal["device", "radio"]
    accuracy_m: Annotated[float, Meta(ge=0, le=100_000)] | None = None
    by: ShortText | None = None
    channel: Literal["radio", "phone"] | None = None


class NewAvailability(_Request, frozen=True, kw_only=True):
    """Whether a unit can be sent; ``at_post`` says that it stands at its post again."""

    id: UUID
    available: bool = True
    in_contact: bool = True
    at_post: bool = False
    reason: ShortText | None = None


class NewClosure(_Request, frozen=True, kw_only=True, rename={"from_": "from"}):
    """Close ways, named by exactly one of their codes, a kind, or a polygon. A mode other than ``shut`` says how:
    ``slow`` its ``factor`` on all times, ``one_way`` its ``direction`` along the edge, ``on_request`` its ``delay_s``.
    ``from`` is now if it is not said; without ``until`` it holds until it is ended.
    """

    id: UUID
    reason: Reason
    edges: Annotated[list[Code], Meta(min_length=1, max_length=MOST_EDGES)] | None = None
    kind: EdgeClass | None = None
    polygon: GivenPolygon | None = None
    layer: Layer = Layer.BOTH
    mode: ClosureMode = ClosureMode.SHUT
    factor: Annotated[float, Meta(ge=1, le=20)] | None = None
    direction: Direction | None = None
    delay_s: Annotated[float, Meta(ge=0, le=86_400)] | None = None
    from_: Moment | None = None
    until: Moment | None = None


class NewConditions(_Request, frozen=True, kw_only=True):
    """Switch to these conditions; several at once are joined by ``+``."""

    id: UUID
    profile: Code
    reason: Reason


class NewAreaMode(_Request, frozen=True, kw_only=True):
    """Run what is reported from now on so; what is open stays as it was taken."""

    id: UUID
    mode: shadow.Mode
    reason: Reason


class NewDeparture(_Request, frozen=True, kw_only=True):
    """Who went to an incident: a ``squad`` of a committee by its code, or, where the incident is in shadow, a ``unit``
    by its id or code or others by ``name``; now, if not said when. ``by`` is who said so.
    """

    id: UUID
    unit: Code | None = None
    squad: Code | None = None
    name: Annotated[str, Meta(min_length=1, max_length=100)] | None = None
    went_at: Moment | None = None
    at_patient_at: Moment | None = None
    handed_over_at: Moment | None = None
    channel: Literal["radio", "phone"] = "radio"
    by: ShortText | None = None
    note: ShortText | None = None


class DepartureStep(_Request, frozen=True, kw_only=True):
    """A later time of who went, now if not said when, or ``withdraw``: they did not go. Said again, a time is said
    right.
    """

    id: UUID
    step: Literal["at_patient", "handed_over", "withdraw"]
    happened_at: Moment | None = None
    channel: Literal["radio", "phone"] = "radio"
    by: ShortText | None = None
    note: ShortText | None = None


class EndOfClosure(_Request, frozen=True, kw_only=True):
    """Open again what was closed, or call off what was to be closed."""

    id: UUID
    reason: ShortText | None = None


class NewExercise(_Request, frozen=True, kw_only=True):
    id: UUID
    name: ShortText
    starts_at: datetime | None = None
    ends_at: datetime | None = None


class ExerciseEnd(_Request, frozen=True, kw_only=True):
    id: UUID


class LogIn(_Request, frozen=True, kw_only=True):
    """Login and password, or a one-time code."""

    login: Annotated[str, Meta(min_length=1, max_length=100)] | None = None
    password: Annotated[str, Meta(min_length=1, max_length=1000)] | None = None
    code: Annotated[str, Meta(min_length=1, max_length=100)] | None = None


class NewCode(_Request, frozen=True, kw_only=True):
    """Whom a one-time code is to let in: a login, or the crew of a unit (by id or code); ``role`` if it has several."""

    id: UUID | None = None
    login: Code | None = None
    unit: Code | None = None
    role: Role | None = None


# --- answers ---


class IncidentAnswer(Incident, frozen=True, kw_only=True):
    """The incident, and what the sender should know at once: candidates for a place not understood, who was sent,
    and, of a report, which incidents it may tell of.
    """

    place_candidates: list[PlaceCandidate] = []
    possible_duplicates: list[Duplicate] = []
    recommendation: Recommendation | None = None
    assignments: list[Assignment] = []


class ReportAnswer(_Object, frozen=True, kw_only=True):
    """The report as it was kept, and the incident that it belongs to."""

    report: Report
    incident: IncidentAnswer


class SessionAnswer(_Object, frozen=True, kw_only=True):
    """Who is signed in; the token is told once, when the session begins. ``cells`` are the codes of a committee's.

    ``drill``: the clock here is a drill's.
    """

    id: UUID
    token: str | UnsetType = UNSET
    role: str
    area: UUID
    area_code: str
    name: str
    language: str
    unit: UUID | None
    unit_code: str | None
    cells: list[str]
    expires_at: datetime
    streams: list[str]
    time_zone: str
    area_name_zh: str
    area_name_en: str
    illustrative: bool
    drill: bool


class OneTimeCode(_Object, frozen=True, kw_only=True):
    """A code that opens one session, once, for this seat; it is told here and never again."""

    id: UUID
    code: str
    login: str
    name: str
    role: str
    unit: UUID | None
    unit_code: str | None
    expires_at: datetime


class SignedIn(_Object, frozen=True, kw_only=True):
    """A session as a supervisor sees it: who, as what, since when, from which address; ``own`` is the asker's."""

    id: UUID
    login: str
    name: str
    role: str
    unit: UUID | None
    unit_code: str | None
    since: datetime
    expires_at: datetime
    address: str | None
    own: bool


class Sessions(_Object, frozen=True, kw_only=True):
    items: list[SignedIn]


class FailedTry(_Object, frozen=True, kw_only=True):
    """Somebody did not get in: with which login, whose that is, when, from where."""

    at: datetime
    login: str
    name: str
    address: str


class FailedTries(_Object, frozen=True, kw_only=True):
    items: list[FailedTry]


class Replied(_Object, frozen=True, kw_only=True):
    """What the reply has made of the order."""

    page: UUID
    assignment: UUID
    state: AssignmentState


class TicketAnswer(_Object, frozen=True, kw_only=True):
    ticket: str
    expires_at: datetime


class Stored(_Object, frozen=True, kw_only=True):
    """How many of the sent things were stored."""

    stored: int


class Error(_Object, frozen=True, kw_only=True):
    """The one shape of every refusal: a stable code, a sentence in the caller's language, the field, the facts.

    ``incident`` and ``since`` come with ``unit_already_assigned`` only: who has the unit, and since when.
    """

    error: str
    message: str
    field: str | UnsetType = UNSET
    detail: dict[str, Any] | UnsetType = UNSET
    incident: UUID | UnsetType = UNSET
    since: datetime | UnsetType = UNSET


class Incidents(_Object, frozen=True, kw_only=True):
    items: list[Incident]
    next: str | UnsetType = UNSET


class Timeline(_Object, frozen=True, kw_only=True):
    items: list[TimelineEntry]


class Reports(_Object, frozen=True, kw_only=True):
    items: list[Report]


class Committees(_Object, frozen=True, kw_only=True):
    items: list[Named]


class Responders(_Object, frozen=True, kw_only=True):
    items: list[ToTell]


class RendezvousPoints(_Object, frozen=True, kw_only=True):
    """The soonest first."""

    items: list[Rendezvous]


class Duplicates(_Object, frozen=True, kw_only=True):
    """The likeliest first."""

    items: list[Duplicate]


class Alarms(_Object, frozen=True, kw_only=True):
    items: list[Alarm]


class Units(_Object, frozen=True, kw_only=True):
    items: list[Unit]


class Cells(_Object, frozen=True, kw_only=True):
    items: list[Cell]


class Posts(_Object, frozen=True, kw_only=True):
    items: list[Post]


class PlaceCandidates(_Object, frozen=True, kw_only=True):
    items: list[PlaceCandidate]


class IncidentTypes(_Object, frozen=True, kw_only=True):
    items: list[IncidentType]


class NamedEdges(_Object, frozen=True, kw_only=True):
    items: list[NamedEdge]


class ConditionsNow(_Object, frozen=True, kw_only=True):
    now: Conditions
    known: list[KnownConditions]
    history: list[Conditions]


class Squad(_Object, frozen=True, kw_only=True):
    """A squad of a committee, which has no device here; ``incident`` is where it is, null when it is free."""

    code: str
    name_zh: str
    name_en: str
    phone: str
    committee: Named | None
    incident: UUID | None
    incident_number: int | None


class Squads(_Object, frozen=True, kw_only=True):
    items: list[Squad]


class Closures(_Object, frozen=True, kw_only=True):
    items: list[Closure]


class Exercises(_Object, frozen=True, kw_only=True):
    items: list[Exercise]
