"""The conditions of the hour, switched: the next decision of every process takes its times under them."""

from dispatch import refusal
from dispatch.server import wire
from dispatch.server.store import conditions_sql
from dispatch.server.work import Answer, Work
from geo.conditions import profile_named
from geo.profile import UnknownConditions


async def switch(work: Work, new: wire.NewConditions) -> Answer[wire.Conditions]:
    """Raises ``UnknownCode`` with those there are."""
    try:
        profile = profile_named(new.profile, await work.ground.speeds(work.connection, work.area))
    except UnknownConditions as error:
        raise refusal.UnknownCode(
            field="profile",
            what_zh="路况",
            what_en="conditions",
            value=error.name,
            detail={"known": ["normal", *error.known]},
        ) from error
    await conditions_sql.switch(
        work.connection,
        id=new.id,
        area=work.area.id,
        profile=profile.name,
        reason=new.reason,
        by=work.sender.seat.account,
        at=work.at,
    )
    work.changed.conditions = True
    return lambda now: now.conditions[work.area.id]
