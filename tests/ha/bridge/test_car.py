"""What the card shows of a car besides its facts: shape, drive, warnings, services."""

from datetime import UTC, date, datetime
from typing import Any, Final

from homeassistant.config_entries import ConfigEntryDisabler
from homeassistant.core import HomeAssistant
from homeassistant.util.unit_system import US_CUSTOMARY_SYSTEM
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.mybmw.bridge.car import body_of, drive_of
from custom_components.mybmw.client import Vehicle, attributes as car
from custom_components.mybmw.client.core.values import (
    Brand,
    CheckControlMessage,
    DriveTrain,
    ServiceItem,
    ServiceStatus,
    Severity,
)
from tests.ha.conftest import SetUp
from tests.ha.support import IX
from tests.ha.support.card import Open

NOW: Final = datetime(2100, 1, 1, tzinfo=UTC)
BODIES: Final = {
    "320i": "saloon",
    "i4 eDrive40": "saloon",
    "530d xDrive": "saloon",
    "GR Supra": "saloon",
    "i5 Touring": "estate",
    "530d xDrive Touring": "estate",
    "MINI Clubman": "estate",
    "iX xDrive50": "suv",
    "iX1 xDrive30": "suv",
    "X3 30e": "suv",
    "X5 xDrive50e": "suv",
    "XM Label": "suv",
    "MINI Countryman SE": "suv",
    "Z4 M40i": "convertible",
    "430i Cabrio": "convertible",
    "MINI Cooper Convertible": "convertible",
    "i3 120 Ah": "small",
    "118i": "small",
    "M135 xDrive": "small",
    "MINI Cooper SE": "small",
    "": "saloon",
}


def vehicle(**values: Any) -> Vehicle:
    made = Vehicle("WBA0000000000000")
    made.update([getattr(car, name.upper()).at(value, NOW, "x") for name, value in values.items()])
    return made


@pytest.mark.parametrize("model", BODIES)
def test_body(model: str) -> None:
    assert body_of(vehicle(model=model) if model else vehicle()) == BODIES[model]


def test_body_by_type_and_brand() -> None:
    assert body_of(vehicle(model="330i", body_type="G21")) == "estate"
    assert body_of(vehicle(model="E", brand=Brand.MINI)) == "small"
    assert body_of(vehicle(model="x" * 100_000)) == "saloon"


def test_drive() -> None:
    """What a car has counts if its drive train is not known."""
    found = {train: drive_of(vehicle(drive_train=train)) for train in DriveTrain}
    assert found == {
        DriveTrain.COMBUSTION: "combustion",
        DriveTrain.ELECTRIC: "electric",
        DriveTrain.ELECTRIC_WITH_RANGE_EXTENDER: "plug_in_hybrid",
        DriveTrain.HYBRID: "combustion",
        DriveTrain.MILD_HYBRID: "combustion",
        DriveTrain.PLUGIN_HYBRID: "plug_in_hybrid",
    }
    assert drive_of(vehicle()) == "unknown"
    assert drive_of(vehicle(state_of_charge=50.0)) == "electric"
    assert drive_of(vehicle(remaining_fuel=20.0)) == "combustion"
    assert drive_of(vehicle(remaining_fuel=20.0, state_of_charge=50.0)) == "plug_in_hybrid"


async def test_warnings_and_services(hass: HomeAssistant, set_up: SetUp, open_card: Open) -> None:
    """The worst comes first; what is harmless is no warning; distances are in miles."""
    hass.config.units = US_CUSTOMARY_SYSTEM
    entry = await set_up()
    coordinator = entry.runtime_data
    messages = (
        CheckControlMessage("WASHING_FLUID", Severity.LOW, "Washer fluid"),
        CheckControlMessage("ENGINE_OIL", Severity.MEDIUM),
        CheckControlMessage("BRAKES", Severity.CRITICAL, "Stop now"),
    )
    services = (
        ServiceItem("OIL", ServiceStatus.OK, date(2027, 5, 1), 16093.44),
        ServiceItem("BRAKE_FLUID", ServiceStatus.OVERDUE, date(2026, 5, 1)),
        ServiceItem("SOMETHING_NEW", None, description="What it is"),
    )
    coordinator.async_push(
        {IX.vin: [car.CHECK_CONTROL.at(messages, NOW, "mybmw"), car.SERVICES.at(services, NOW)]}
    )
    card = await open_card()
    first = await card.subscribe()
    assert [(item["text"], item["severity"]) for item in first["warnings"]] == [
        ("Stop now", "error"),
        ("Engine oil", "warning"),
        ("Check the tyre pressure", "warning"),
        ("Service due: Brake fluid", "warning"),
    ]
    assert [item["text"] for item in first["check_control"]] == [
        "Stop now",
        "Engine oil",
        "Washer fluid",
    ]
    assert first["services"][0] == {
        "text": "Brake fluid",
        "status": "overdue",
        "due_text": "Overdue",
        "due": "2026-05-01",
        "distance": None,
        "unit": None,
    }
    oil = next(item for item in first["services"] if item["status"] == "ok")
    assert (oil["distance"], oil["unit"]) == (10000, "mi")
    assert {"What it is"} <= {item["text"] for item in first["services"]}


async def test_services_that_are_due(hass: HomeAssistant, set_up: SetUp, open_card: Open) -> None:
    """The warning names the most urgent ones, in the language of the user."""
    entry = await set_up()
    names = ("OIL", "TIRE_WEAR_FRONT", "TIRE_WEAR_REAR", "SOMETHING_NEW")
    services = (
        *(ServiceItem(name, ServiceStatus.PENDING, date(2026, 12, 1)) for name in names),
        ServiceItem("SOMETHING_NEW", ServiceStatus.PENDING, description="Again"),
        ServiceItem("BRAKE_FLUID", ServiceStatus.OVERDUE),
        ServiceItem("VEHICLE_TUV", ServiceStatus.OK),
    )
    entry.runtime_data.async_push({IX.vin: [car.SERVICES.at(services, NOW)]})
    card = await open_card()
    first = await card.subscribe(language="de")
    assert first["warnings"][-1]["text"] == (
        "Service fällig: Bremsflüssigkeit, Öl, Reifenverschleiß vorne, …"
    )


async def test_reach(hass: HomeAssistant, set_up: SetUp, open_card: Open) -> None:
    """The edge of the area that the car can get to, around where it is."""
    await set_up()
    card = await open_card()
    reach = (await card.subscribe())["reach"]
    assert 3 <= len(reach["points"]) <= 120
    assert all(abs(latitude - 52.3) < 6 for latitude, _ in reach["points"])
    assert reach["text"].endswith(" km")


async def test_disabled_account(hass: HomeAssistant, set_up: SetUp, open_card: Open) -> None:
    """Who has disabled an account does not wait for it."""
    entry: MockConfigEntry = await set_up()
    card = await open_card()
    await card.subscribe()
    await hass.config_entries.async_set_disabled_by(entry.entry_id, ConfigEntryDisabler.USER)
    await hass.async_block_till_done()
    await card.pass_second()
    while card.shown["state"]["kind"] != "unavailable":
        await card.next()
    assert card.shown["state"]["text"] == card.shown["texts"]["state_unavailable"]
