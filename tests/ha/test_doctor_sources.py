"""Explanations about cars of the other sources, and several sources together."""

from datetime import timedelta
from typing import Any

from homeassistant.core import HomeAssistant
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.mybmw.client import attributes as car
from custom_components.mybmw.client.core.coverage import sources_of
from custom_components.mybmw.const import DOMAIN
from tests.ha.conftest import Elapse, SetUp
from tests.replay import faults
from tests.replay.faults import Endpoint
from tests.replay.fingerprints import bundled
from tests.replay.mybmw import SimulatedMyBMW

OWN = car.JOURNAL | {car.CHARGED_THIS_MONTH, car.COMMANDS, *car.LAST_COMMAND.values()}
ABSENT = (["no_records"], ["no_command"], ["option_off"])


@pytest.fixture
def cars() -> tuple[str, ...]:
    """All bundled cars, in one account."""
    return tuple(bundled())


async def explain(hass: HomeAssistant, entry: MockConfigEntry, vin: str) -> dict[str, Any]:
    """Return what the action answers about a car."""
    target = {"device_id": entry.runtime_data.device(vin).id}
    answer = await hass.services.async_call(
        DOMAIN, "explain", target, blocking=True, return_response=True
    )
    assert answer is not None
    return answer


async def test_app(hass: HomeAssistant, set_up: SetUp) -> None:
    """Each poll brings all that the app has: what is missing has no value there."""
    entry = await set_up()
    for vin, vehicle in entry.runtime_data.vehicles.items():
        for reading in vehicle:
            known = reading.source in sources_of(reading.attribute)
            assert known or reading.attribute in OWN, reading.attribute.key
        answer = await explain(hass, entry, vin)
        assert answer["account"]["state"] == "ok"
        for key, found in answer["values"].items():
            assert 10 < len(found["text"]) <= 200, key
            attribute = car.ATTRIBUTES.get(key)
            if attribute is not None and vehicle.value(attribute) is not None:
                assert found["state"] in ("fresh", "constant"), key
            elif attribute in OWN:
                assert found["causes"] in (*ABSENT, ["ended"]), key
            elif attribute is not None and "mybmw" in sources_of(attribute):
                dropped = vehicle.dropped[f"{key}: implausible"] > 0
                expected = ["implausible"] if dropped else ["no_value"]
                assert found["causes"] in (expected, ["ended"]), key
            else:
                assert found["state"] == "missing" or attribute is None, key


@pytest.mark.parametrize(
    ("fault", "causes"),
    [
        (faults.no_network(), ["network", "outage"]),
        (faults.answer({}, 500), ["outage"]),
        (faults.answer({}, 503), ["outage"]),
        (faults.blocked(), ["blocked"]),
    ],
    ids=["network", "outage", "maintenance", "blocked"],
)
async def test_app_fails(
    hass: HomeAssistant,
    sim: SimulatedMyBMW,
    set_up: SetUp,
    elapse: Elapse,
    fault: Any,
    causes: list[str],
) -> None:
    entry = await set_up()
    sim.fail(Endpoint.ANY, fault, None)
    await elapse(timedelta(hours=1))
    vin = next(iter(entry.runtime_data.vehicles))
    answer = await explain(hass, entry, vin)
    assert answer["account"]["causes"] == causes
    assert answer["car"]["causes"] == causes
    assert answer["values"]["mileage"]["causes"] == causes
    assert answer["values"]["mileage"]["state"] == "old"
