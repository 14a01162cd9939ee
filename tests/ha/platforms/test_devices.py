"""What Home Assistant's own screens show of accounts and cars: devices, classes, pictures."""

from collections.abc import Iterator
from http import HTTPStatus
from typing import Final

from homeassistant.components.binary_sensor import BinarySensorDeviceClass
from homeassistant.components.sensor import SensorDeviceClass, SensorStateClass
from homeassistant.core import HomeAssistant
from homeassistant.helpers import device_registry as dr, entity_registry as er
import pytest
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator

from custom_components.mybmw.binary_sensor import BINARY_SENSORS
from custom_components.mybmw.const import DOMAIN
from custom_components.mybmw.sensor import SENSORS
from tests.ha.conftest import PNG, SetUp
from tests.ha.support import PICTURE, TRACKER
from tests.ha.support.cardata import I4, entry_of, no_stream, push, recorded, say, until
from tests.replay.cardata import SimulatedCarData

RECUPERATION: Final = "vehicle.trip.segment.accumulated.drivetrain.electricEngine.recuperationTotal"
FIX: Final = "vehicle.cabin.infotainment.navigation.currentLocation.fixStatus"


@pytest.fixture
def cardata() -> Iterator[SimulatedCarData]:
    """The simulated CarData with one car."""
    simulated = SimulatedCarData(recorded("i4_edrive40"), fresh=True)
    with simulated.router():
        yield simulated


@pytest.mark.parametrize(
    ("country", "link"),
    [
        ("FR", "https://www.bmw.fr/fr-fr/mybmw/vehicle-overview"),
        ("US", "https://www.bmw.de/de-de/mybmw/vehicle-overview"),
    ],
)
async def test_device_of_an_account(
    hass: HomeAssistant,
    cardata: SimulatedCarData,
    monkeypatch: pytest.MonkeyPatch,
    country: str,
    link: str,
) -> None:
    """It says whose service it is, and links to the portal where that is set up."""
    await hass.config.async_update(country=country)
    no_stream(monkeypatch)
    entry = entry_of(cardata)
    entry.add_to_hass(hass)
    assert await hass.config_entries.async_setup(entry.entry_id)
    await hass.async_block_till_done()
    identifier = (DOMAIN, f"{entry.entry_id}_cardata")
    device = dr.async_get(hass).async_get_device_by_identifier(identifier, entry.entry_id)
    assert device is not None
    assert (device.manufacturer, device.model) == ("BMW", "CarData")
    assert device.configuration_url == link


def test_classes() -> None:
    binary = {item.key: item.device_class for item in BINARY_SENSORS}
    assert binary["windows"] is BinarySensorDeviceClass.WINDOW
    assert binary["vehicle.drivetrain.engine.isIgnitionOn"] is BinarySensorDeviceClass.RUNNING
    assert (
        binary["vehicle.vehicle.preConditioning.isRemoteEngineRunning"]
        is BinarySensorDeviceClass.RUNNING
    )
    sensors = {item.key: item for item in SENSORS}
    heading = sensors["vehicle_location.heading"]
    assert heading.state_class is SensorStateClass.MEASUREMENT_ANGLE
    for key in ("average_consumption", RECUPERATION):
        assert sensors[key].device_class is SensorDeviceClass.ENERGY_DISTANCE


async def test_tracker(
    hass: HomeAssistant, hass_client_no_auth: ClientSessionGenerator, set_up: SetUp
) -> None:
    """It is no diagnostics, says how accurate it is, and shows the picture of the car."""
    await set_up()
    registry = er.async_get(hass)
    entity = registry.async_get(TRACKER)
    assert entity is not None
    assert entity.entity_category is None
    state = hass.states.get(TRACKER)
    assert state is not None
    assert state.attributes["gps_accuracy"] == 10
    path = state.attributes["entity_picture"]
    client = await hass_client_no_auth()
    response = await client.get(path)
    assert response.status == HTTPStatus.OK
    assert await response.read() == PNG + b"VehicleStatus"
    registry.async_update_entity(PICTURE, disabled_by=er.RegistryEntryDisabler.USER)
    assert await hass.config_entries.async_reload(entity.config_entry_id or "")
    await hass.async_block_till_done(wait_background_tasks=True)
    state = hass.states.get(TRACKER)
    assert state is not None
    assert "entity_picture" not in state.attributes


async def test_accuracy_without_a_fix(
    hass: HomeAssistant, cardata: SimulatedCarData, monkeypatch: pytest.MonkeyPatch
) -> None:
    no_stream(monkeypatch)
    entry = entry_of(cardata)
    entry.add_to_hass(hass)
    assert await hass.config_entries.async_setup(entry.entry_id)
    await hass.async_block_till_done()
    push(entry, say(I4, {FIX: "NO_FIX"}))

    def accuracy() -> object:
        state = hass.states.get("device_tracker.i4_edrive40")
        return state and state.attributes["gps_accuracy"]

    await until(lambda: accuracy() == 100)
