"""Datums and metres."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.coordinates import (
    Datum,
    NotMetric,
    UnknownDatum,
    from_wgs84,
    from_wgs84_arrays,
    metric,
    to_wgs84,
    to_wgs84_arrays,
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
