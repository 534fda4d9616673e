"""One incident from report to close, over real sockets: the specification as a story."""

from datetime import datetime, timedelta
from uuid import uuid4

from house import House

from dispatch.feed import ProfileName


async def test_somebody_falls_at_the_back_garden_and_the_right_crew_comes(served: House) -> None:
    operator = await served.sign_in("operator")
    board = f"area/{operator.session['area']}"

    # A console follows the area, and the crew of the unit at 后花园 has its phone on.
    crew = await served.sign_in("crew-G5-3")
    orders = f"unit/{crew.session['unit']}"
    async with (
        served.listen(operator) as console,
        served.listen(crew, profile=ProfileName.PHONE) as phone,
    ):
        # A caller says what happened and where, in words.
        incident = str(uuid4())
        told = await operator.report(
            id=incident,
            type="TRA-SP",
            location={"place": "后花园"},
            caller={"name": "王女士", "phone": "0744-555-0199"},
            note="在石阶上扭伤脚踝",
        )
        assert told["state"] == "waiting"
        assert told["place"]["name_en"] == "Back Garden"
        assert told["team"]["code"] == "G5"
        assert (told["target_s"], told["target_source"]) == (900, "run_card TRA-SP")

        # The nearest by travel time is recommended, and the reasons are told for every unit.
        first = told["recommendation"]["first"]
        assert [each["code"] for each in first] == ["G5-3"]
        assert first[0]["reason_code"] == "first_at_the_patient"
        assert all(each["reason"] for each in told["recommendation"]["candidates"])

        # The operator sends it; the order is on the phone, with the caller, and on the console, without.
        order = await operator.assign(incident, "G5-3", decision=told["recommendation"]["decision"])
        pushed = await phone.thing(orders, "assignment", order["id"], lambda body: body["state"] == "assigned")
        assert pushed["caller"]["phone"] == "0744-555-0199"
        assert pushed["notes"] == ["在石阶上扭伤脚踝"]
        seen = await console.thing(board, "assignment", order["id"], lambda body: body["state"] == "assigned")
        assert "caller" not in seen

        # The phone stores it, and only then is it delivered.
        await phone.acknowledge(orders)
        await console.thing(board, "assignment", order["id"], lambda body: body["delivered_at"] is not None)

        # The crew goes, step by step; the console sees each.
        for step, state in (
            ("alarmed", "assigned"),
            ("acknowledge", "acknowledged"),
            ("en_route", "en_route"),
            ("at_patient", "at_patient"),
            ("handed_over", "handed_over"),
            ("clear", "cleared"),
        ):
            await crew.step(order["id"], step)
            await console.thing(board, "assignment", order["id"], lambda body, state=state: body["state"] == state)

        # The operator closes it; the clock has every mark, in order, and the intervals are their differences.
        closed = await operator.step_incident(incident, "close", outcome="done")
        shown = await console.thing(board, "incident", incident, lambda body: body["state"] == "closed")
        assert shown["clock"] == closed["clock"]
        _assert_clock_is_right(closed["clock"], closed["target_s"])

        # The timeline tells it all again: who, what, when.
        entries = (await operator.ask("GET", f"/api/incidents/{incident}/timeline"))["items"]
        assert [each["step"] for each in entries] == [
            "received", "assigned", "delivered", "alarmed", "acknowledge", "en_route", "at_patient", "handed_over",
            "clear", "close",
        ]  # fmt: skip
        assert {each["by"] for each in entries} == {"调度员甲", "G5-3"}
        assert all(each["address"] for each in entries if each["step"] != "delivered")

        # What the consoles were told is what anybody would read now.
        await served.assert_told_all(console)
        await served.assert_told_all(phone)


def _assert_clock_is_right(clock: dict[str, object], target_s: int) -> None:
    marks = [
        datetime.fromisoformat(str(clock[name]))
        for name in ("reported_at", "assigned_at", "delivered_at", "acknowledged_at", "en_route_at", "at_patient_at",
                     "handed_over_at", "closed_at")
    ]  # fmt: skip
    assert marks == sorted(marks)
    reported, assigned, _, _, en_route, at_patient, _, _ = marks
    assert clock["alarm_processing_s"] == (assigned - reported).total_seconds()
    assert clock["turnout_s"] == (en_route - assigned).total_seconds()
    assert clock["travel_s"] == (at_patient - en_route).total_seconds()
    assert clock["response_time_s"] == (at_patient - reported).total_seconds()
    assert datetime.fromisoformat(str(clock["target_at"])) == reported + timedelta(seconds=target_s)
    assert clock["within_target"] is True
