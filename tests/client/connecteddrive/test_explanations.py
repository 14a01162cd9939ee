"""The table of what each source has knows what the legacy API has."""

import pytest

from custom_components.mybmw.client.core.coverage import sources_of
from tests.client.connecteddrive.conftest import LegacyClient


@pytest.mark.usefixtures("sim")
async def test_all_that_is_read_is_known(client: LegacyClient) -> None:
    for vehicle in (await client.read()).values():
        unknown = {
            reading.attribute.key
            for reading in vehicle
            if reading.source not in sources_of(reading.attribute)
        }
        assert unknown == set()
