"""Explanations about cars of the other sources, and several sources together."""

from datetime import timedelta
from typing import Any

from homeassistant.core import HomeAssistant
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.mybmw.client import Vehicle, attributes as car
from custom_components.mybmw.client.core.attributes import AnyAttribute
from custom_components.mybmw.client.core.coverage import sources_of
from custom_components.mybmw.const import DOMAIN
from tests.ha.conftest import Elapse, SetUp
from tests.replay import faults
from tests.replay.faults import Endpoint
from tests.replay.fingerprints import bundled
from tests.replay.mybmw import SimulatedMyBMW

OWN = car.JOURNAL | {car.CHARGED_THIS_MONTH, car.COMMANDS, *car.LAST_COMMAND.values()}
SETTINGS = {
    car.AC_CURRENT_LIMITS,
    car.SERVICE_PACK,
    car.DC_LOUDNESS,
    car.CABLE_UNLOCKED_AFTER_CHARGING,
    car.FLAP_PERMANENTLY_UNLOCKED,
}
FUEL = {car.REMAINING_FUEL, car.REMAINING_FUEL_PERCENT, car.REMAINING_RANGE_FUEL}
ELECTRIC = {
    *SETTINGS,
    car.AC_CURRENT_LIMIT,
    car.CHARGER_CONNECTED,
    car.CHARGING_END_TIME,
    car.CHARGING_MODE,
    car.CHARGING_PREFERENCE,
    car.CHARGING_PROFILE,
    car.CHARGING_SINCE,
    car.CHARGING_START_TIME,
    car.CHARGING_STATUS,
    car.CHARGING_TARGET,
    car.CHARGING_TIME_LEFT,
    car.CLIMATE_TIMERS,
    car.CONNECTION_TYPE,
    car.PRECONDITIONING_AT_DEPARTURE,
    car.REMAINING_RANGE_ELECTRIC,
    car.STATE_OF_CHARGE,
    car.TIMER_TYPE,
}
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


def known_better(vehicle: Vehicle, attribute: AnyAttribute) -> list[list[str]]:
    """Return what is known better than that a car has no value."""
    train = vehicle.drive_train
    causes = [["unusable"]] if vehicle.vin.endswith("FINGERPRINT14") else []
    if vehicle.vin.endswith("FINGERPRINT03") and attribute in SETTINGS:
        causes.append(["not_sent"])
    if train is not None and not (train.plugs_in and train.burns_fuel):
        causes += [["not_fitted"]] if attribute in (ELECTRIC if train.burns_fuel else FUEL) else []
    return causes


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
                train = vehicle.drive_train
                mixed = train is not None and train.plugs_in and train.burns_fuel
                unfit = [] if mixed or attribute in car.LAST_COMMAND.values() else [["not_fitted"]]
                assert found["causes"] in (*ABSENT, ["ended"], *unfit), key
            elif attribute is not None and "mybmw" in sources_of(attribute):
                dropped = vehicle.dropped[f"{key}: implausible"] > 0
                expected = ["implausible"] if dropped else ["no_value"]
                assert found["causes"] in (
                    expected,
                    ["ended"],
                    *known_better(vehicle, attribute),
                ), key
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


async def test_privacy_mode_of_the_app(
    hass: HomeAssistant, sim: SimulatedMyBMW, set_up: SetUp, elapse: Elapse
) -> None:
    """A position that a car keeps private is explained by that, and comes back."""
    vin = "WBY0FINGERPRINT02"
    sim.state(vin)["state"]["driverPreferences"] = {"lscPrivacyMode": "ON"}
    place = sim.state(vin)["state"].pop("location")
    entry = await set_up()
    answer = await explain(hass, entry, vin)
    assert answer["car"]["causes"] == ["privacy"]
    assert answer["values"]["vehicle_location.location"]["causes"] == ["privacy"]
    assert answer["values"]["mileage"]["state"] == "fresh"
    sim.state(vin)["state"] |= {"driverPreferences": {"lscPrivacyMode": "OFF"}, "location": place}
    await elapse(timedelta(minutes=6))
    answer = await explain(hass, entry, vin)
    assert answer["car"]["causes"] == []
    assert answer["values"]["vehicle_location.location"]["state"] == "fresh"
