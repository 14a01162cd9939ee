"""Every attribute of every bundled car, current, old or missing: its explanation is true."""

from collections.abc import Iterator
import csv
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

from freezegun.api import FrozenDateTimeFactory
import pytest

from custom_components.mybmw.client import Case, Cause, Explanation, View, explain, text_of
from custom_components.mybmw.client.cardata.converters import is_nothing
from custom_components.mybmw.client.cardata.mapping import CATALOGUE, RULES, WANTED
from custom_components.mybmw.client.cardata.trace import NAMES
from custom_components.mybmw.client.core import attributes as a
from custom_components.mybmw.client.core.coverage import STREAMED, sources_of
from custom_components.mybmw.client.core.descriptors import DESCRIPTORS, PROPERTIES
from custom_components.mybmw.client.core.explanation import LONGEST, ValueState
from custom_components.mybmw.client.core.vehicle import Vehicle
from tests.client.support.cardata import NOON, Client, settle, simulate
from tests.replay import cardata as replay
from tests.replay.cardata import BUNDLED

DOCUMENTED = Path(replay.__file__).with_name("descriptors.csv").read_text("utf-8")
STREAMABLE = {
    row["descriptor"]: row["streamable"] for row in csv.DictReader(DOCUMENTED.splitlines())
}
CARS = sorted(path.name for path in BUNDLED.iterdir() if path.is_dir())
ALL = (
    *a.ATTRIBUTES.values(),
    *(item.attribute for item in (*DESCRIPTORS.values(), *PROPERTIES.values())),
)
# What does not come from a car, or is current whatever happens
RECORDED = a.JOURNAL | {a.CHARGED_THIS_MONTH}
OWN = {*RECORDED, *a.LAST_COMMAND.values(), a.CONNECTION, a.COMMANDS, a.ACCESS}
LATER = timedelta(days=1)

pytestmark = pytest.mark.freeze_time(NOON)


def case_of(client: Client, vin: str) -> Case:
    """Return a car as an account with CarData alone sees it."""
    source = client.source
    view = View(
        source.name,
        source.status,
        source.has(vin),
        source.unreadable(vin),
        trace=partial(source.trace, vin),
        streams=source.streams(vin),
    )
    vehicle = client.garage.vehicles.get(vin) or Vehicle(vin)
    return Case(vehicle, [view], datetime.now(UTC))


def explained(client: Client, vin: str) -> Iterator[tuple[a.AnyAttribute, Explanation]]:
    """Return an explanation of everything, each with a text of the right length."""
    case = case_of(client, vin)
    for attribute in ALL:
        found = explain(case, attribute)
        text = text_of(found, UTC)
        assert 10 < len(text) <= LONGEST, (attribute.key, text)
        assert "{" not in text, (attribute.key, text)
        assert len(found.causes) <= 2, attribute.key
        has = case.vehicle.value(attribute) is not None
        assert (found.state is not ValueState.MISSING) is has, attribute.key
        assert bool(found.causes) is (found.state in (ValueState.OLD, ValueState.MISSING))
        yield attribute, found


def values_of(client: Client, vin: str) -> dict[str, object]:
    """Return all values that BMW has of a car."""
    items = client.sim.cars[vin].telematics.items()
    return {key: item["value"] for key, item in items if item.get("value") is not None}


@pytest.mark.parametrize("folder", CARS)
async def test_current_and_old(folder: str, freezer: FrozenDateTimeFactory) -> None:
    """What a car has just sent is current; a day later it is old, since the car is asleep."""
    client = Client.of(simulate(folder))
    await client.work()
    for vin in [vin for vin in client.garage.vehicles if client.source.can_poll(vin)]:
        async with client.listening():
            values = values_of(client, vin)
            client.say(vin, {key: value for key, value in values.items() if is_streamed(key)})
            await settle()
            for attribute, found in explained(client, vin):
                if found.state is ValueState.OLD:
                    assert found.time is not None
                    assert found.time < NOON - timedelta(minutes=15), attribute.key
            freezer.tick(LATER)
            client.source._activity._changed.set()
            await settle()
            for attribute, found in explained(client, vin):
                own = attribute in OWN or found.state is ValueState.CONSTANT
                if found.state is not ValueState.MISSING and not own:
                    assert found.state is ValueState.OLD, attribute.key
                    assert found.causes == (why_old(attribute, client, vin),), attribute.key
        freezer.move_to(NOON)


def why_old(attribute: a.AnyAttribute, client: Client, vin: str) -> Cause:
    """Return why a value of a sleeping car is old, by BMW's documents."""
    names = NAMES.get(attribute, ())
    if names and all(name.startswith("vehicle.trip.segment.") for name in names):
        return Cause.TRIP_END
    if attribute is a.LAST_UPDATE or any(is_streamed(name) for name in names):
        return Cause.ASLEEP
    return Cause.ON_REQUEST


def is_streamed(name: str) -> bool:
    """Return whether BMW says so, or a real car did."""
    return STREAMABLE.get(name) == "yes" or name in STREAMED


def why_unrecorded(attribute: a.AnyAttribute, car: Vehicle) -> Cause:
    """Return why there is no record of a car: it never charges, never fills up, or has not yet."""
    train = car.drive_train
    of_any_car = {a.JOURNAL_TRIP, a.DRIVING, *a.DISTANCE.values(), a.DISTANCE_FROM_HOME, a.AT_HOME}
    both = {a.ENERGY_COST_MONTH, a.ENERGY_COST_PER_DISTANCE}
    if train is None or attribute in of_any_car | both:
        return Cause.NO_RECORDS
    fits = train.burns_fuel if attribute.key.startswith("fuel") else train.plugs_in
    return Cause.NO_RECORDS if fits else Cause.NOT_FITTED


@pytest.mark.parametrize("folder", CARS)
async def test_missing(folder: str) -> None:
    """BMW was asked for all it has: what is missing is what it has no value of."""
    client = Client.of(simulate(folder))
    await client.work()
    for vin in [vin for vin in client.garage.vehicles if client.source.can_poll(vin)]:
        sent = values_of(client, vin)
        has = {key for key, value in sent.items() if not is_nothing(str(value))}
        for attribute, found in explained(client, vin):
            if found.state is not ValueState.MISSING:
                continue
            (cause, *more) = found.causes
            assert not more, attribute.key
            names = NAMES.get(attribute, ())
            if attribute in RECORDED:
                assert cause is why_unrecorded(attribute, client.car(vin)), attribute.key
            elif attribute in a.LAST_COMMAND.values():
                assert cause is Cause.NEEDS_SOURCE
            elif "cardata" not in sources_of(attribute):
                assert cause is Cause.NEEDS_SOURCE, attribute.key
            elif cause is Cause.NOT_FITTED:
                train = client.car(vin).drive_train
                assert train is not None
                assert all(limited(name) for name in names), attribute.key
            elif cause is Cause.NO_VALUE:
                assert not has.intersection(names) or not names, attribute.key
                assert set(names) & set(WANTED) or not names, attribute.key
            elif cause in (Cause.UNUSABLE, Cause.IMPLAUSIBLE, Cause.ENDED):
                assert not sent.keys().isdisjoint(names), attribute.key
            else:
                assert cause is Cause.NOT_ASKED, (attribute.key, cause)


def limited(name: str) -> bool:
    """Return whether only some cars can have a descriptor."""
    if name in CATALOGUE and CATALOGUE[name][0].cars:
        return True
    return name not in RULES or RULES[name].plug or RULES[name].fuel


async def test_nothing_known() -> None:
    """Before anything was asked, there is a reason for everything too."""
    client = Client.of(simulate("i4_edrive40"))
    (vin, *_) = client.sim.cars
    client.source.cars.clear()
    for attribute, found in explained(client, vin):
        assert found.state is ValueState.MISSING
        if "cardata" in sources_of(attribute) and attribute not in OWN:
            assert found.causes == (Cause.NOT_LISTED,), attribute.key
