"""The ten-minute clock: the marks of an incident, the intervals between them, and device time made comparable."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class Marks:
    """T0 reported, T1 located, T2 assigned, T3 acknowledged, T4 en route, T5 at the patient, T6 moving, T7 handed over.

    Each is the earliest over the incident's assignments; a mark that is not known is None, never zero.
    """

    reported_at: datetime
    located_at: datetime | None = None
    assigned_at: datetime | None = None
    en_route_at: datetime | None = None
    at_patient_at: datetime | None = None


def seconds(start: datetime | None, end: datetime | None) -> float | None:
    """The interval in seconds; None when either mark is missing."""
    return None if start is None or end is None else (end - start).total_seconds()


def alarm_processing_s(marks: Marks) -> float | None:
    """T2 - T0."""
    return seconds(marks.reported_at, marks.assigned_at)


def turnout_s(marks: Marks) -> float | None:
    """T4 - T2."""
    return seconds(marks.assigned_at, marks.en_route_at)


def travel_s(marks: Marks) -> float | None:
    """T5 - T4."""
    return seconds(marks.en_route_at, marks.at_patient_at)


def response_time_s(marks: Marks) -> float | None:
    """T5 - T0: what the circle promises."""
    return seconds(marks.reported_at, marks.at_patient_at)


def within_target(marks: Marks, target_s: int | None) -> bool | None:
    """Whether the first responder was at the patient in time; None while nobody is, or where there is no target."""
    response = response_time_s(marks)
    return None if response is None or target_s is None else response <= target_s


def target_s(*, card_s: int | None, has_card: bool, cell_s: int | None, area_s: int) -> int | None:
    """The run card's target, else the area's; a cell may allow longer. None where the card names none (a search)."""
    if has_card and card_s is None:
        return None
    base = card_s if card_s is not None else area_s
    return base if cell_s is None else max(base, cell_s)


def corrected(
    device_at: datetime | None, *, device_now: datetime | None, at: datetime, not_before: datetime | None = None
) -> datetime:
    """Device time by the server's clock: shifted by the device's error where it told its ``device_now``, and never
    after ``at`` (when it reached us) nor before ``not_before`` (when it can first have happened). Whatever nonsense a
    device tells, this does not fail: what a crew says is never lost for its clock.
    """
    if device_at is None:
        return at
    age = max((at if device_now is None else device_now) - device_at, timedelta())
    return at - min(age, at - (_EARLIEST if not_before is None else not_before))


_EARLIEST = datetime.min.replace(tzinfo=UTC)
