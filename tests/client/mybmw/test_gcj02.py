"""The shifted grid of Chinese maps."""

from math import cos, hypot, radians

from hypothesis import assume, given, strategies as st
import pytest

from custom_components.mybmw.client.mybmw.gcj02 import to_gcj02, to_wgs84

# The shift stays below 0.02 degrees: these positions are inside before and after it.
inside = st.tuples(st.floats(0.85, 55.80), st.floats(72.03, 137.81))
anywhere = st.tuples(st.floats(-90, 90), st.floats(-180, 180))


def test_a_known_position_in_beijing() -> None:
    assert to_wgs84(39.83492, 116.23221) == pytest.approx((39.83370, 116.22617), abs=1e-5)
    assert to_gcj02(39.83370, 116.22617) == pytest.approx((39.83492, 116.23221), abs=1e-5)


@given(inside)
def test_inverse_undoes_the_shift(position: tuple[float, float]) -> None:
    assert to_wgs84(*to_gcj02(*position)) == pytest.approx(position, rel=0, abs=1e-6)


@given(inside)
def test_shift_undoes_the_inverse(position: tuple[float, float]) -> None:
    assert to_gcj02(*to_wgs84(*position)) == pytest.approx(position, rel=0, abs=1e-6)


@given(inside)
def test_shift_is_some_hundred_meters(position: tuple[float, float]) -> None:
    latitude, longitude = to_gcj02(*position)
    north = (latitude - position[0]) * 111_000
    east = (longitude - position[1]) * 111_000 * cos(radians(latitude))
    assert hypot(north, east) < 1700


@given(anywhere)
def test_nothing_changes_outside_china(position: tuple[float, float]) -> None:
    latitude, longitude = position
    assume(not (0.8293 <= latitude <= 55.8271 and 72.004 <= longitude <= 137.8347))
    assert to_wgs84(latitude, longitude) == position
    assert to_gcj02(latitude, longitude) == position


@pytest.mark.parametrize(
    "position",
    [
        (48.1769, 11.5594),
        (0.82929, 100.0),
        (55.82711, 100.0),
        (35.0, 72.0039),
        (35.0, 137.83471),
        (-35.0, 105.0),
    ],
)
def test_nothing_changes_just_outside(position: tuple[float, float]) -> None:
    assert to_wgs84(*position) == position
    assert to_gcj02(*position) == position


@pytest.mark.parametrize(
    "position", [(0.8293, 100.0), (55.8271, 100.0), (35.0, 72.004), (35.0, 137.8347)]
)
def test_the_border_belongs_to_china(position: tuple[float, float]) -> None:
    assert to_wgs84(*position) != position
    assert to_gcj02(*position) != position
