"""What the diagnostics of CarData report, and that no secret is shown anywhere."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
import logging
from typing import Any

from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
from homeassistant.setup import async_setup_component
import orjson
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry
from pytest_homeassistant_custom_component.components.diagnostics import (
    get_diagnostics_for_config_entry,
)
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator

from tests.ha.conftest import Elapse
from tests.ha.support.cardata import entry_of, no_stream, push, recorded, say
from tests.replay import faults
from tests.replay.cardata import CLIENT_ID, CarDataCar, Endpoint, SimulatedCarData
from tests.replay.cardata.faults import error

VIN = "WBY71DEM0SECRET42"
LATITUDE = "vehicle.cabin.infotainment.navigation.currentLocation.latitude"
LONGITUDE = "vehicle.cabin.infotainment.navigation.currentLocation.longitude"
PLACE = (48.765432, 11.123456)
STREAM = {
    "stream": "own",
    "host": "broker.example.org",
    "port": 8883,
    "tls": True,
    "ca": "-----BEGIN CERTIFICATE-----",
    "username": "listener",
    "password": "open-sesame",
    "prefix": "bmw",
}
NOT_OURS = ("homeassistant.core", "pytest_homeassistant_custom_component.common")


def secret_car() -> CarDataCar:
    """Return a bundled car with a VIN and a place that are like real ones."""
    (car,) = recorded("ix_xdrive50")
    mapping, basic, values = orjson.loads(
        orjson.dumps([car.mapping, car.basic_data, car.telematics]).replace(
            car.vin.encode(), VIN.encode()
        )
    )
    values[LATITUDE]["value"], values[LONGITUDE]["value"] = map(str, PLACE)
    return replace(car, vin=VIN, mapping=mapping, basic_data=basic, telematics=values)


@pytest.fixture
def cardata() -> Iterator[SimulatedCarData]:
    """The simulated service with one such car."""
    simulated = SimulatedCarData([secret_car()], fresh=True)
    with simulated.router():
        yield simulated


@pytest.fixture
async def entry(
    hass: HomeAssistant,
    cardata: SimulatedCarData,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> MockConfigEntry:
    """An account with all loggers at their loudest."""
    caplog.set_level(logging.DEBUG)
    no_stream(monkeypatch)
    made = entry_of(cardata)
    made.add_to_hass(hass)
    await hass.config_entries.async_setup(made.entry_id)
    await hass.async_block_till_done()
    return made


def secrets(cardata: SimulatedCarData, entry: MockConfigEntry) -> list[str]:
    """Return everything that has to be hidden."""
    account = entry.data["sources"]["cardata"]
    (car,) = cardata.cars.values()
    (charge, *_) = car.charging_history
    return [
        *(VIN, cardata.gcid, CLIENT_ID, *map(str, PLACE)),
        *(account["tokens"][key] for key in ("access", "refresh", "identity")),
        *(STREAM[key] for key in ("host", "ca", "username", "password")),
        car.basic_data["fullSAList"],
        charge["chargingLocation"]["formattedAddress"],
        str(charge["chargingLocation"]["mapMatchedLatitude"]),
    ]


async def test_report(
    hass: HomeAssistant,
    hass_client: ClientSessionGenerator,
    cardata: SimulatedCarData,
    entry: MockConfigEntry,
) -> None:
    """The report contains who spent which call and why, what cars send, and what was not known."""
    await async_setup_component(hass, "diagnostics", {})
    push(entry, say(VIN, {"vehicle.some.novelty": 7, LATITUDE: PLACE[0], LONGITUDE: PLACE[1]}))
    push(entry, say("WBA71DEM0SECRET43", {"vehicle.vehicle.travelledDistance": 7}))
    hass.config_entries.async_update_entry(entry, options={"stream": STREAM})
    await hass.async_block_till_done()
    report: Any = await get_diagnostics_for_config_entry(hass, hass_client, entry)
    source = report["sources"]["cardata"]
    assert [call["reason"] for call in source["calls"]] == ["set_up"] * 5
    assert len({call["what"] for call in source["calls"]}) == 5
    assert source["user_calls_left"] == 45
    (car,) = source["cars"].values()
    assert car["unknown"] == {"vehicle.some.novelty": 1}
    assert sum(source["foreign_cars"].values()) == 1
    assert len(source["answers"]) >= 4
    (values,) = (text for name, text in source["answers"].items() if "telematicData" in name)
    data = orjson.loads(values)["telematicData"]
    assert data[LATITUDE]["value"] == "12.3456"
    assert data["vehicle.vehicle.travelledDistance"]["value"] == "58214"
    text = orjson.dumps(report).decode()
    hidden = [*secrets(cardata, entry), "WBA71DEM0SECRET43"]
    assert [secret for secret in hidden if secret in text] == []


async def test_nothing_secret_is_ever_logged(
    hass: HomeAssistant,
    cardata: SimulatedCarData,
    entry: MockConfigEntry,
    elapse: Elapse,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Calls, messages and every kind of failure."""
    said: list[str] = []
    button = {"entity_id": "button.ix_xdrive50_refresh"}
    for fault in (
        faults.server_error(),
        error("CU-429"),
        error("CU-102", message=f"{VIN} of {cardata.gcid} at {PLACE}"),
        faults.broken_json(),
        faults.timeout(),
        faults.unauthorized(),
    ):
        cardata.fail(Endpoint.ANY, fault, times=1)
        push(entry, say(VIN, {LATITUDE: f"{PLACE[0]} degrees", LONGITUDE: [PLACE[1]]}))
        try:
            await hass.services.async_call("button", "press", button, blocking=True)
        except HomeAssistantError as failed:
            said.append(f"{failed} {failed.__cause__}")
        await elapse(timedelta(hours=2))
    assert said
    lines = said + [
        record.getMessage() + (record.exc_text or "")
        for record in caplog.records
        if record.name not in NOT_OURS
    ]
    hidden = secrets(cardata, entry)
    assert any("custom_components.mybmw" in record.name for record in caplog.records)
    assert [(secret, line) for secret in hidden for line in lines if secret in line] == []
