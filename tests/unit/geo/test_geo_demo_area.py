"""Travel times on the demo area: what the park's people would expect."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from geo_networks import closing, rows, wulingyuan

from geo.closure import ALL_OPEN, Closures
from geo.coordinates import LonLat
from geo.network import islands
from geo.speed import NORMAL
from geo.travel_time import Journey, Mode, Origin, travel_times

NOON = datetime(2026, 5, 1, 4, 0, tzinfo=UTC)
NIGHT = datetime(2026, 5, 1, 15, 0, tzinfo=UTC)
ZONE = ZoneInfo("Asia/Shanghai")
BASES = ["G_E", "OXY", "HZU", "ZCT", "YJJ", "YJS", "HLG", "SRS", "SLI"]


def place(node: str) -> LonLat:
    found = wulingyuan().node(node)
    return LonLat(found.lon, found.lat)


def crew(node: str, *, driving: bool = True, ready_after_s: float = 60.0) -> Origin:
    at = place(node)
    return Origin(id=node, lon=at.lon, lat=at.lat, vehicle=at if driving else None, ready_after_s=ready_after_s)


def journeys(origins: list[Origin], to: str, at: datetime = NOON, closures: Closures = ALL_OPEN) -> dict[str, Journey]:
    found = travel_times(wulingyuan(), origins, place(to), at=at, zone=ZONE, closures=closures)
    return {journey.origin: journey for journey in found if isinstance(journey, Journey)}


def walk_s(start: str, to: str) -> float:
    return journeys([crew(start, driving=False, ready_after_s=0)], to)[start].travel_s


def test_the_demo_network_has_56_nodes_and_70_edges_in_one_part_and_two_road_islands() -> None:
    network = wulingyuan()
    assert (len(network.nodes), len(network.edges)) == (56, 70)
    assert len(islands(network).parts) == 1
    assert islands(network).roads[-1] == {"G_W", "YJL"}  # the west gate's road meets the others by cableway alone


def test_a_patient_at_the_back_garden_gets_the_lift_top_and_not_the_nearer_crew_that_must_climb() -> None:
    by_unit = journeys([crew("BLU"), crew("QLX", driving=False)], "HHY")
    assert by_unit["QLX"].eta_s > 1500
    assert by_unit["BLU"].eta_s < 600
    assert [(leg.mode, leg.end.name_zh) for leg in by_unit["BLU"].legs] == [
        (Mode.DRIVE, "迷魂台站"),
        (Mode.LEAVE, "迷魂台站"),
        (Mode.WALK, "后花园"),
    ]


def test_the_lift_top_is_quicker_to_the_back_garden_even_on_foot() -> None:
    by_unit = journeys([crew("BLU", driving=False), crew("QLX", driving=False)], "HHY")
    assert by_unit["BLU"].eta_s < by_unit["QLX"].eta_s / 2


def test_a_patient_at_the_three_sisters_gets_the_gallery_in_ten_minutes_and_not_helong_park() -> None:
    by_unit = journeys([crew(base) for base in BASES], "SLE")
    assert min(by_unit, key=lambda unit: by_unit[unit].eta_s) == "SLI"
    assert 540 < by_unit["SLI"].eta_s < 720
    assert by_unit["HLG"].eta_s > 1800
    assert [leg.mode for leg in by_unit["SLI"].legs] == [Mode.RAIL]


def test_at_night_the_gallery_goes_on_foot_or_has_the_rail_started_whichever_is_sooner() -> None:
    by_unit = journeys([crew("SLI", driving=False)], "SLE", NIGHT)
    assert [leg.mode for leg in by_unit["SLI"].legs] == [Mode.WAIT, Mode.RAIL]
    on_foot = journeys([crew("SLI", driving=False)], "SLE", NIGHT, closures=closing("SLI-SLE-rail"))
    assert by_unit["SLI"].eta_s < on_foot["SLI"].eta_s < 1800


def test_a_closed_lake_road_sends_the_gate_crew_round_by_zimugang() -> None:
    usual = journeys([crew("G_E")], "BLL")["G_E"]
    round_about = journeys([crew("G_E")], "BLL", closures=closing("G_E-SXH-road"))["G_E"]
    assert "G_E-G_M-road" in round_about.legs[0].edges
    assert round_about.eta_s > usual.eta_s


@pytest.mark.parametrize(
    ("start", "to", "visitor_minutes"),
    [("SAN", "KZT", 45), ("QLX", "SRS", 40), ("DGT", "XRQ", 30), ("HZF", "ZXT", 120), ("JBX", "QLX", 90)],
)
def test_responders_are_faster_than_the_visitors_observed_but_do_not_fly(
    start: str, to: str, visitor_minutes: float
) -> None:
    on_foot = walk_s(start, to) / 60
    assert visitor_minutes / 5 < on_foot < visitor_minutes


def test_the_walk_down_from_the_back_garden_fits_the_fast_walkers_25_minutes() -> None:
    assert walk_s("HHY", "QLX") / 60 == pytest.approx(25, rel=0.15)


def test_the_creek_crew_runs_to_huanglian_bay_in_about_five_minutes() -> None:
    assert walk_s("ZCT", "HLW") / 60 == pytest.approx(5, rel=0.25)


def test_a_vehicle_takes_no_longer_than_the_park_bus() -> None:
    drive = journeys([crew("SRS", ready_after_s=0)], "BLL")["SRS"].travel_s
    assert 5 * 60 < drive < 10 * 60
    assert 15 * 60 < journeys([crew("BLL", ready_after_s=0)], "G_E")["BLL"].travel_s <= 25 * 60


def test_every_lift_row_of_the_area_names_an_edge() -> None:
    network = wulingyuan()
    assert {row["edge"] for row in rows("lifts.csv")} == {edge.id for edge in network.edges if edge.lift}
    assert NORMAL.name == "normal"
