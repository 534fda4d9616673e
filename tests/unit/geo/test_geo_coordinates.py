"""Datums and metres."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.coordinates import (
    Datum,
    NotMetric,
    UnknownDatum,
    WrongZone,
    from_wgs84,
    from_wgs84_arrays,
    metric,
    projected_to_wgs84,
    to_wgs84,
    to_wgs84_arrays,
    zone_fault,
)

in_china = st.tuples(st.floats(73.5, 134.7), st.floats(18.2, 53.5))


def metres_apart(one: tuple[float, float], other: tuple[float, float]) -> float:
    d_lat = (one[1] - other[1]) * 111_320
    d_lon = (one[0] - other[0]) * 111_320 * np.cos(np.radians(one[1]))
    return float(np.hypot(d_lon, d_lat))


def test_the_published_vector_comes_out_to_six_decimals() -> None:
    assert tuple(round(x, 6) for x in from_wgs84(110.46, 29.34, "GCJ02")) == (110.465008, 29.337345)
    assert tuple(round(x, 6) for x in from_wgs84(110.46, 29.34, "BD09")) == (110.471596, 29.343026)


@given(point=in_china, datum=st.sampled_from(Datum))
def test_there_and_back_is_within_half_a_metre(point: tuple[float, float], datum: Datum) -> None:
    assert metres_apart(to_wgs84(*from_wgs84(*point, datum), datum), point) < 0.5


def test_the_shift_at_the_park_is_big_enough_to_pick_another_unit() -> None:
    assert 500 < metres_apart(from_wgs84(110.46, 29.34, "GCJ02"), (110.46, 29.34)) < 650


def test_outside_china_gcj02_is_wgs84() -> None:
    andorra = (1.52, 42.51)
    assert from_wgs84(*andorra, "GCJ02") == andorra
    assert to_wgs84(*andorra, "GCJ02") == andorra


def test_a_point_just_inside_the_edge_of_the_rectangle_comes_back() -> None:
    at_the_edge = (72.0045, 30.0)
    assert metres_apart(to_wgs84(*from_wgs84(*at_the_edge, "GCJ02"), "GCJ02"), at_the_edge) < 0.5


def test_cgcs2000_is_taken_as_wgs84() -> None:
    assert to_wgs84(110.46, 29.34, "CGCS2000") == (110.46, 29.34)


@pytest.mark.parametrize("name", ["", "wgs84", "GCJ-02", "EPSG:4326"])
def test_an_unknown_datum_is_refused_by_name(name: str) -> None:
    with pytest.raises(UnknownDatum, match="is not one of WGS84, CGCS2000, GCJ02, BD09"):
        to_wgs84(110.46, 29.34, name)


def test_many_points_go_the_way_of_one() -> None:
    lons, lats = np.array([110.46, 1.52]), np.array([29.34, 42.51])
    there = from_wgs84_arrays(lons, lats, "BD09")
    assert (there[0][0], there[1][0]) == pytest.approx(from_wgs84(110.46, 29.34, "BD09"), abs=1e-12)
    back = to_wgs84_arrays(*there, "BD09")
    assert np.allclose(back[0], lons, atol=1e-8)
    assert np.allclose(back[1], lats, atol=1e-8)


def test_metres_are_east_then_north_whatever_the_axis_order_of_the_srid() -> None:
    x, y = metric(4546).metres(np.array([110.45]), np.array([29.33]))
    assert x[0] == pytest.approx(446579.276, abs=0.001)
    assert y[0] == pytest.approx(3245971.624, abs=0.001)
    lons, lats = metric(4546).degrees(x, y)
    assert (lons[0], lats[0]) == pytest.approx((110.45, 29.33), abs=1e-9)


@pytest.mark.parametrize("srid", [4326, 4490, 2263, 999999])
def test_an_srid_that_does_not_measure_in_metres_is_refused(srid: int) -> None:
    with pytest.raises(NotMetric, match=str(srid)):
        metric(srid)


AT_THE_PARK = (110.46, 29.34)


IN_USE = {srid: metric(srid) for srid in (4546, 4525, 32649)}


@pytest.mark.parametrize("srid", IN_USE)
@given(lon=st.floats(110.2, 110.8), lat=st.floats(29.1, 29.6))
def test_metres_and_back_are_within_half_a_metre_in_every_projection_used_here(
    srid: int, lon: float, lat: float
) -> None:
    back = projected_to_wgs84(*IN_USE[srid].metres(np.array([lon]), np.array([lat])), srid)
    assert metres_apart((float(back[0][0]), float(back[1][0])), (lon, lat)) < 0.5


def test_zone_37_is_the_same_map_with_its_number_and_utm_49_the_same_shrunk_by_4_in_10_000() -> None:
    east, north = metric(4546).metres(*(np.array([each]) for each in AT_THE_PARK))
    in_zone_37 = metric(4525).metres(*(np.array([each]) for each in AT_THE_PARK))
    assert in_zone_37[0][0] - east[0] == pytest.approx(37_000_000, abs=1e-3)
    assert in_zone_37[1][0] == pytest.approx(north[0], abs=1e-3)
    utm = metric(32649).metres(*(np.array([each]) for each in AT_THE_PARK))
    assert (500_000 - utm[0][0]) / (500_000 - east[0]) == pytest.approx(0.9996, abs=1e-6)
    assert utm[1][0] / north[0] == pytest.approx(0.9996, abs=1e-6)


@pytest.mark.parametrize("srid", [4547, 4524, 4545, 32648, 25831])
def test_a_neighbours_zone_is_wrong_here(srid: int) -> None:
    lons, lats = np.array([110.3, 110.7]), np.array([29.2, 29.5])
    assert f"EPSG:{srid} is made for" in zone_fault(srid, lons, lats)
    assert zone_fault(4546, lons, lats) == zone_fault(4525, lons, lats) == zone_fault(32649, lons, lats) == ""


def test_numbers_of_another_zone_are_refused_where_they_can_be_told() -> None:
    east, north = metric(4525).metres(np.array([110.46]), np.array([29.34]))
    with pytest.raises(WrongZone, match=r"EPSG:4524 is made for 106\.5 to 109\.51 E"):
        projected_to_wgs84(east, north, 4524)
    with pytest.raises(WrongZone, match="EPSG:4525"):
        projected_to_wgs84(east - 37_000_000, north, 4525)  # its zone number left out
    with pytest.raises(WrongZone, match="no place in that projection"):
        projected_to_wgs84(np.array([np.nan]), north, 4525)


def test_north_before_east_is_found_out_and_can_be_said() -> None:
    east, north = metric(4546).metres(np.array([110.46]), np.array([29.34]))
    with pytest.raises(WrongZone, match="is north the first number"):
        projected_to_wgs84(north, east, 4546)
    lons, lats = projected_to_wgs84(north, east, 4546, north_first=True)
    assert (lons[0], lats[0]) == pytest.approx((110.46, 29.34), abs=1e-9)
