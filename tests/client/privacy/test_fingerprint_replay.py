"""A fingerprint replays: what a client reads from it is what it read from BMW."""

from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

from freezegun.api import FrozenDateTimeFactory
import pytest

from custom_components.mybmw.client import Recording, Redactor, Vehicle, files
from custom_components.mybmw.client.core.attributes import POSITION, TIRE_COMPARISON, AnyAttribute
from custom_components.mybmw.client.core.values import Position
from tests.client import support
from tests.client.support import cardata
from tests.client.support.owned import BUNDLED, owned, recording, write
from tests.replay import fingerprints
from tests.replay.cardata import SimulatedCarData, load

type Readings = Mapping[AnyAttribute, tuple[Any, Any]]


async def mybmw(folder: Path, freezer: FrozenDateTimeFactory) -> tuple[Readings, Recording]:
    """Read the one car of a folder through the MyBMW API."""
    freezer.move_to(support.NOW)
    _, client = support.replay(fingerprints.load(folder))
    return readings(await client.car()), client.source.recording()


async def official(
    folder: Path, freezer: FrozenDateTimeFactory, *, again: bool = False
) -> tuple[Readings, Recording]:
    """Read all of the one car of a folder through CarData, and listen to what it sends.

    With `again` it is asked once more when it has sent everything.
    """
    (car,) = load(folder)
    client = cardata.Client.of(SimulatedCarData([car]))
    freezer.move_to(cardata.NOON - timedelta(hours=6))
    await client.live(freezer, cardata.NOON)
    async with client.listening():
        for message in car.stream():
            client.send(car.vin, message.payload)
            client.sim.cars[car.vin].receive(message.payload)
        if again:
            client.garage.take(await client.source.poll(car.vin))
    return readings(client.car(car.vin)), client.source.recording()


READ: Final = {"mybmw": mybmw, "cardata": official}


def readings(vehicle: Vehicle) -> Readings:
    """Return what is known of a car: values and times."""
    return {item.attribute: (item.value, item.time) for item in vehicle}


@pytest.mark.parametrize("name", BUNDLED)
async def test_replay(name: str, tmp_path: Path, freezer: FrozenDateTimeFactory) -> None:
    """All that is not private reads the same, and what is private is there as well.

    So it is whether the fingerprint is made of all that BMW has said, or of what a running client
    remembers; in the latter, a time that was worked out may be another one that counts as the same.
    """
    read, real = READ[name.partition("/")[0]], owned(name)
    before, heard = await read(write(tmp_path / "real", real), freezer)
    whole = write(tmp_path / "whole", files([recording(real)], Redactor()))
    after, _ = await read(whole, freezer)
    public = {item: reading for item, reading in before.items() if not item.private}
    assert {item: reading for item, reading in after.items() if not item.private} == public
    again, _ = await read(write(tmp_path / "heard", files([heard], Redactor())), freezer)
    assert after.keys() == again.keys() == before.keys()
    if POSITION in after:
        assert after[POSITION] == (Position(12.3456, 34.5678), before[POSITION][1])
    assert [item for item in before if not same(item, before[item], again[item])] == []
    assert all((after[item][0] is None) == (before[item][0] is None) for item in before)


async def test_replay_of_what_was_asked_again(
    tmp_path: Path, freezer: FrozenDateTimeFactory
) -> None:
    """An answer that came after the stream does not stand in the way of what had been sent.

    It holds the newest values only: how tyres last compared is not in it.
    """
    folder = write(tmp_path / "real", owned("cardata/ix3_neue_klasse"))
    before, heard = await official(folder, freezer, again=True)
    after, _ = await official(write(tmp_path / "heard", files([heard], Redactor())), freezer)
    before = {item: before[item] for item in before if item not in TIRE_COMPARISON.values()}
    assert after.keys() == before.keys()
    assert [item for item in before if not same(item, before[item], after[item])] == []


def same(attribute: AnyAttribute, one: tuple[Any, Any], other: tuple[Any, Any]) -> bool:
    """Compare readings; a time that is worked out may differ by what counts as no change."""
    if attribute.private:
        return (one[0] is None) == (other[0] is None)
    if attribute.tolerance is None or one[0] is None or other[0] is None:
        return one == other
    return bool(abs(one[0] - other[0]) <= attribute.tolerance)
