"""Energy, fuel, shares and places of trips, and presence."""

from datetime import datetime, timedelta
from typing import Any, Final

import pytest

from custom_components.mybmw.client.core import attributes as car
from custom_components.mybmw.client.core.attributes import AnyReading
from custom_components.mybmw.client.core.descriptors import attribute_of
from custom_components.mybmw.client.core.records import How, PlaceKind, RecordPlace, Trip
from custom_components.mybmw.client.core.values import LidState, Position
from custom_components.mybmw.client.journal.log import Settings
from tests.client.journal.support import START, Owner

MINUTE: Final = timedelta(minutes=1)
HOME: Final = Position(48.1, 11.5)
SEGMENT: Final = "vehicle.trip.segment.end.time"


def after(minutes: float) -> datetime:
    return START + minutes * MINUTE


def tell(owner: Owner, minutes: float, *values: tuple[Any, object]) -> None:
    """Measure values at a time, and look soon after."""
    time = after(minutes)
    owner.wait(time)
    owner.update([attribute.at(value, time, "cardata") for attribute, value in values])
    owner.look(time + timedelta(seconds=2))


def trip(owner: Owner, begin: float, km: float, soc: float, *more: tuple[Any, object]) -> Trip:
    """Drive for 20 minutes, and wait an hour; `more` is measured at the end."""
    odometer = owner.garage.vehicles[next(iter(owner.garage.vehicles))].value(car.MILEAGE)
    assert odometer is not None
    tell(owner, begin, (car.LIDS["left_front"], LidState.CLOSED), (car.MILEAGE, odometer))
    tell(
        owner,
        begin + 20,
        (car.MILEAGE, odometer + km),
        (car.STATE_OF_CHARGE, soc),
        (attribute_of(SEGMENT), after(begin + 20)),
        *more,
    )
    owner.wait(after(begin + 80))
    owner.look(after(begin + 80))
    return owner.trips[-1]


@pytest.fixture
def owner() -> Owner:
    found = Owner()
    tell(found, 0, (car.MILEAGE, 20_000.0), (car.STATE_OF_CHARGE, 80.0))
    tell(found, 0, (car.BATTERY_CAPACITY, 80.0))
    return found


def test_energy_by_the_battery(owner: Owner) -> None:
    found = trip(owner, 60, 30.0, 73.0)
    assert (found.start_soc, found.end_soc) == (80, 73)
    assert found.energy is not None
    assert found.energy.value == pytest.approx(5.6)
    assert found.energy.how is How.SOC
    assert found.consumption == pytest.approx(18.7, abs=0.05)


@pytest.mark.parametrize(
    ("km", "soc", "energy", "consumption"),
    [(30.0, 79.0, False, False), (8.0, 78.0, True, False), (8.0, 77.0, True, True)],
    ids=["one point", "two points on a short trip", "three points"],
)
def test_few_points_prove_little(
    owner: Owner, km: float, soc: float, energy: bool, consumption: bool
) -> None:
    found = trip(owner, 60, km, soc)
    assert (found.energy is not None, found.consumption is not None) == (energy, consumption)


def test_energy_is_unknown_if_the_charge_has_risen(owner: Owner) -> None:
    assert trip(owner, 60, 30.0, 85.0).energy is None


def test_consumption_of_the_car_that_is_always_wrong(owner: Owner) -> None:
    """After five trips on which it differs by more than half, the battery is believed."""
    wrong = (car.AVERAGE_CONSUMPTION, 50.0)
    found = [trip(owner, 60 + 100 * n, 40.0, 80.0 - 9 * (n + 1), wrong) for n in range(7)]
    hows = [item.energy.how for item in found if item.energy]
    assert hows == [How.BMW] * 5 + [How.SOC] * 2


FACTS: Final = [
    ("usage.last_trip_energy_consumption", 6.4, "energy", 6.4),
    ("usage.last_trip_fuel_consumption", 2.1, "fuel", 2.1),
    ("last_trip.electric_consumption", 15.0, "energy", 4.5),
    ("last_trip.fuel_consumption", 6.0, "fuel", 1.8),
    ("last_trip.electric_share", 64.0, "electric_share", 64.0),
]


@pytest.mark.parametrize(
    ("key", "value", "field", "wanted"), FACTS, ids=[fact[0] for fact in FACTS]
)
def test_figures_of_other_sources(
    owner: Owner, key: str, value: float, field: str, wanted: float
) -> None:
    """High Mobility and the legacy API report figures of the last trip."""
    found = trip(owner, 60, 30.0, 80.0, (attribute_of(key), value))
    made = getattr(found, field)
    assert (made if isinstance(made, float) else made.value) == pytest.approx(wanted)
    assert dict(found.facts)[key] == value


def test_figures_that_are_fetched_hours_later(owner: Owner) -> None:
    """They belong to the trip whose end comes with them, and to no other."""
    first = trip(owner, 60, 30.0, 80.0)
    share = car.LAST_TRIP["electric_share"]
    tell(owner, 300, (car.TRIP_END, after(80)), (share, 55.0))
    assert owner.trips[-1].electric_share == 55
    assert owner.trips[-1].id == first.id
    assert trip(owner, 400, 30.0, 80.0).electric_share is None
    assert owner.trips[0].electric_share == 55


def test_a_late_state_of_charge_amends_the_trip(owner: Owner) -> None:
    found = trip(owner, 60, 30.0, 80.0)
    assert found.energy is None
    time = after(86)
    owner.update([car.STATE_OF_CHARGE.at(73.0, time, "cardata")])
    owner.look(after(200))
    assert (owner.trips[-1].end_soc, owner.trips[-1].revision) == (73, 1)


@pytest.mark.parametrize(
    ("join", "count"), [(0, 2), (5, 2), (12, 1), (30, 1)], ids=["0", "5", "12", "30"]
)
def test_stops_are_joined_as_the_owner_wants(join: int, count: int) -> None:
    owner = Owner(settings=Settings(join_stops=join * MINUTE))
    tell(owner, 0, (car.MILEAGE, 20_000.0))
    for begin in (60, 80):
        tell(owner, begin, (car.LIDS["left_front"], LidState.CLOSED))
        for minute, km in ((3, 2), (6, 4), (9, 6)):
            reached = 20_000.0 + km + (6 if begin == 80 else 0)
            tell(owner, begin + minute, (car.MILEAGE, reached))
        tell(owner, begin + 9.5, (attribute_of(SEGMENT), after(begin + 9)))
        tell(owner, begin + 9.6, (car.LIDS["left_front"], LidState.OPEN))
    owner.wait(after(300))
    assert len(owner.trips) == count
    assert owner.driven == 12


def test_plugged_in_between_is_another_trip() -> None:
    owner = Owner(settings=Settings(join_stops=30 * MINUTE))
    tell(owner, 0, (car.MILEAGE, 20_000.0))
    tell(owner, 60, (car.MILEAGE, 20_004.0), (attribute_of(SEGMENT), after(60)))
    tell(owner, 61, (car.CHARGER_CONNECTED, True))
    tell(owner, 70, (car.CHARGER_CONNECTED, False))
    tell(owner, 80, (car.MILEAGE, 20_009.0), (attribute_of(SEGMENT), after(80)))
    owner.wait(after(300))
    assert [item.distance for item in owner.trips] == [4, 5]


def test_a_source_is_removed_and_added(owner: Owner) -> None:
    """The readings go and come back older or newer; nothing is counted twice."""
    first = trip(owner, 60, 30.0, 73.0)
    vehicle = next(iter(owner.garage.vehicles))
    owner.garage.vehicles.pop(vehicle)
    owner.garage.update(vehicle, [])
    owner.look(after(200))
    old: list[AnyReading] = [car.MILEAGE.at(20_000.0, after(0), "mybmw")]
    owner.update(old)
    owner.look(after(210))
    tell(owner, 300, (car.MILEAGE, 20_030.0))
    assert owner.trips == [first]
    tell(owner, 320, (car.MILEAGE, 20_042.0), (attribute_of(SEGMENT), after(320)))
    owner.wait(after(400))
    assert owner.driven == 42


def test_at_home() -> None:
    """It leaves a little farther out than it arrives, and not by one position on the way."""

    def place_of(position: Position | None) -> RecordPlace:
        return RecordPlace(PlaceKind.AWAY if position else PlaceKind.UNKNOWN)

    owner = Owner(settings=Settings(place_of=place_of, home=HOME, home_radius=100))
    positions = [
        (0.0, True),
        (90.0, True),
        (150.0, True),
        (400.0, True),
        (600.0, False),
        (150.0, False),
        (80.0, True),
    ]
    for number, (metres, at_home) in enumerate(positions):
        place = Position(HOME.latitude + metres / 111_200, HOME.longitude)
        tell(owner, 10 * number, (car.MILEAGE, 20_000.0), (car.POSITION, place))
        assert owner.value("at_home") is at_home, metres
    assert owner.value("distance_from_home") == 0.1


def test_no_positions_are_stored() -> None:
    owner = Owner(settings=Settings(home=HOME))
    place = Position(48.4567, 11.6543)
    tell(owner, 0, (car.MILEAGE, 20_000.0), (car.POSITION, place))
    tell(owner, 60, (car.MILEAGE, 20_030.0), (car.POSITION, Position(48.5678, 11.7654)))
    saved = f"{owner.journal.dump()} {owner.trips} {owner.events}"
    assert not [digits for digits in ("48.4", "11.6", "48.5", "11.7") if digits in saved]
