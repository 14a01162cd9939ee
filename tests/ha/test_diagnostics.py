"""Diagnostics help, without personal data; no secret is shown anywhere."""

from datetime import timedelta
import logging
from threading import get_ident
from typing import Any

from homeassistant.config_entries import SOURCE_USER
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers import device_registry as dr
from homeassistant.setup import async_setup_component
import orjson
import pytest
from pytest_homeassistant_custom_component.components.diagnostics import (
    get_diagnostics_for_config_entry,
    get_diagnostics_for_device,
)
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator

from custom_components.mybmw.client import Redactor
from custom_components.mybmw.client.privacy.redactor import Json
from custom_components.mybmw.const import DOMAIN
from tests.ha.conftest import Elapse, SetUp
from tests.replay import faults
from tests.replay.faults import Endpoint
from tests.replay.fingerprints import RecordedCar, bundled, load
from tests.replay.mybmw import SimulatedMyBMW

POLL = timedelta(minutes=5, seconds=1)
# Home Assistant's own account of every state, and the harness's of every file
NOT_OURS = ("homeassistant.core", "pytest_homeassistant_custom_component.common")
VIN = "WBY71DEM0SECRET42"
OTHER = "WBA71DEM0SECRET43"


def secret_car(name: str, vin: str) -> RecordedCar:
    """Return a bundled car with a VIN that is like a real one."""
    (car,) = load(bundled()[name])
    text = orjson.dumps([car.profile, car.state, car.charging]).replace(
        car.vin.encode(), vin.encode()
    )
    profile, state, charging = orjson.loads(text)
    return RecordedCar(vin, car.brand, profile, state, charging)


@pytest.fixture
def cars() -> tuple[str, ...]:
    """No bundled car: the secret ones are added."""
    return ()


@pytest.fixture(autouse=True)
def _secret_cars(sim: SimulatedMyBMW) -> None:
    sim.add(secret_car("ix_xdrive50", VIN))
    sim.add(secret_car("320i", OTHER))


def secrets(sim: SimulatedMyBMW, issued: dict[str, str | None]) -> list[str]:
    """Return everything that has to be hidden."""
    found = [VIN, OTHER, sim.gcid, "driver@example.com", "correct-horse", "P1_valid"]
    found += [text for key, text in issued.items() if key in ("access", "refresh") and text]
    for vin in (VIN, OTHER):
        location = sim.state(vin)["state"]["location"]
        found += [str(value) for value in location["coordinates"].values()]
        found.append(location["address"]["formatted"])
    return found


async def test_account(
    hass: HomeAssistant,
    hass_client: ClientSessionGenerator,
    sim: SimulatedMyBMW,
    set_up: SetUp,
) -> None:
    """The report contains what was not understood, what was read, and what came over the wire."""
    await async_setup_component(hass, "diagnostics", {})
    sim.state(VIN)["state"]["currentMileage"] = "a lot"
    entry = await set_up()
    report: Any = await get_diagnostics_for_config_entry(hass, hass_client, entry)
    assert len(report["vehicles"]) == 2
    source = report["sources"]["mybmw"]
    assert source["problems"]["currentMileage"] == 1
    assert source["last_error"] is None
    assert sum(name.startswith("bmw-eadrax-vcs_v4") for name in source["answers"]) == 2
    text = orjson.dumps(report).decode()
    tokens = entry.data["sources"]["mybmw"]["tokens"]
    assert [secret for secret in secrets(sim, tokens) if secret in text] == []


async def test_one_car(
    hass: HomeAssistant,
    hass_client: ClientSessionGenerator,
    sim: SimulatedMyBMW,
    set_up: SetUp,
) -> None:
    """The report of a device holds nothing of the other cars."""
    await async_setup_component(hass, "diagnostics", {})
    entry = await set_up()
    device = dr.async_get(hass).async_get_device_by_identifier((DOMAIN, OTHER), entry.entry_id)
    assert device is not None
    report: Any = await get_diagnostics_for_device(hass, hass_client, entry, device)
    ((vehicle),) = report["vehicles"].values()
    assert vehicle["readings"]["model"]["value"] == "320i"
    answers = report["sources"]["mybmw"]["answers"]
    assert sum("_state_" in name for name in answers) == 1
    assert "iX xDrive50" not in orjson.dumps(report).decode()


async def test_the_loop_goes_on(
    hass: HomeAssistant,
    hass_client: ClientSessionGenerator,
    set_up: SetUp,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Taking secrets out of much takes long: nothing else has to wait for it."""
    threads: set[int] = set()

    def seen(self: Redactor, value: object) -> Json:
        threads.add(get_ident())
        return clean(self, value)

    clean = Redactor.data
    await async_setup_component(hass, "diagnostics", {})
    entry = await set_up()
    monkeypatch.setattr(Redactor, "data", seen)
    await get_diagnostics_for_config_entry(hass, hass_client, entry)
    assert threads
    assert get_ident() not in threads


async def try_lock(hass: HomeAssistant, said: list[str]) -> None:
    """Unlock; keep what an error says."""
    try:
        await hass.services.async_call(
            "lock", "unlock", {"entity_id": "lock.ix_xdrive50_lock"}, blocking=True
        )
    except HomeAssistantError as error:
        said.append(f"{error} {error.__cause__}")


async def test_nothing_secret_is_ever_logged(
    hass: HomeAssistant,
    sim: SimulatedMyBMW,
    elapse: Elapse,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """A login, polls, commands and every kind of failure, with all loggers at their loudest."""
    caplog.set_level(logging.DEBUG)
    said: list[str] = []
    sim.offer_captcha("P1_second")
    flow = await hass.config_entries.flow.async_init(DOMAIN, context={"source": SOURCE_USER})
    for answers in (
        {"next_step_id": "mybmw"},
        {"region": "rest_of_world", "username": "driver@example.com", "password": "wrong-battery"},
        {"captcha_token": "P1_wrong"},
        {"captcha_token": "P1_valid"},
        {"region": "rest_of_world", "username": "driver@example.com", "password": "correct-horse"},
        {"captcha_token": "P1_second"},
    ):
        flow = await hass.config_entries.flow.async_configure(flow["flow_id"], answers)
    await hass.async_block_till_done(wait_background_tasks=True)
    entry = flow["result"]
    for fault in (
        faults.server_error(),
        faults.quota("00:00:02"),
        faults.text(f"no such car: {VIN} at 48.1, driver@example.com", 404),
        faults.answer({"error": "bad", "error_description": f"{VIN} {sim.gcid}"}, 400),
        faults.broken_json(),
        faults.timeout(),
        faults.unauthorized(),
    ):
        sim.fail(Endpoint.ANY, fault, times=1)
        await try_lock(hass, said)
        sim.fail(Endpoint.STATE, fault, times=1)
        await elapse(POLL)
        await elapse(POLL)
    sim.next_outcome("ERROR")
    with pytest.raises(HomeAssistantError) as caught:
        await hass.services.async_call(
            "button", "press", {"entity_id": "button.ix_xdrive50_find_vehicle"}, blocking=True
        )
    said.append(f"{caught.value} {caught.value.__cause__}")
    tokens = entry.data["sources"]["mybmw"]["tokens"]
    hidden = [*secrets(sim, tokens), "wrong-battery", "P1_wrong"]
    lines = said + [
        record.getMessage() + (record.exc_text or "")
        for record in caplog.records
        if record.name not in NOT_OURS
    ]
    assert any("custom_components.mybmw" in record.name for record in caplog.records)
    assert [(secret, line) for secret in hidden for line in lines if secret in line] == []
