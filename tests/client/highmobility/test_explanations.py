"""The table of what each source has knows what High Mobility has."""

import pytest

from custom_components.mybmw.client.core.coverage import sources_of
from tests.client.highmobility.support import fleet, linked
from tests.replay.highmobility import bundled

CARS = sorted(bundled())


@pytest.mark.parametrize("folder", CARS)
async def test_all_that_is_read_is_known(folder: str) -> None:
    made = linked(fleet(folder))
    for _ in range(3):
        made.garage.take(await made.source.work())
    assert made.garage.vehicles
    for vehicle in made.garage.vehicles.values():
        for reading in vehicle:
            assert reading.source in sources_of(reading.attribute), reading.attribute.key
