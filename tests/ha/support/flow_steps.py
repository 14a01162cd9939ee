"""Walking through the config flow, with time that passes only when a test lets it."""

import asyncio
from datetime import timedelta
from typing import Any, Final, Protocol, Self

from freezegun.api import FrozenDateTimeFactory
from homeassistant.config_entries import SOURCE_USER
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
from homeassistant.helpers import entity_registry as er
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry
import respx

from custom_components.mybmw.client import Http
from custom_components.mybmw.const import DOMAIN
from tests.ha.conftest import account
from tests.ha.support.cardata import entry_of, no_stream
from tests.replay.cardata import CLIENT_ID, SimulatedCarData, combined_router
from tests.replay.fingerprints import bundled, load
from tests.replay.mybmw import SimulatedMyBMW

OTHER_ID: Final = "0f0e0d0c-3b7e-4f60-9a21-5d0c7be4f913"
PASSWORD: Final = {"password": "correct-horse"}
ACCOUNT: Final = {"region": "rest_of_world", "username": "driver@example.com", **PASSWORD}
CAPTCHA: Final = {"captcha_token": "P1_valid"}
ONLY_CARDATA: Final = "sensor.ix_xdrive50_charging_power"


class Ticking(Protocol):
    """A clock that can be advanced."""

    def tick(self, delta: timedelta) -> object:
        """Advance the clock."""


class Patience:
    """Stands in for the pauses of the client: they last until a test ends them.

    `waited` are those that are over (seconds); the clock has gone on by as much.
    """

    @classmethod
    def install(cls, monkeypatch: pytest.MonkeyPatch, freezer: FrozenDateTimeFactory) -> Self:
        """Make all pauses such, and leave BMW's broker out."""
        made = cls(freezer)
        monkeypatch.setattr(Http, "pause", lambda _http, seconds: made.pause(seconds))
        no_stream(monkeypatch)
        return made

    def __init__(self, freezer: Ticking) -> None:
        self.waited: list[float] = []
        self._freezer = freezer
        self._over = asyncio.Event()

    async def pause(self, seconds: float) -> None:
        """Wait until the test goes on."""
        await self._over.wait()
        self._freezer.tick(timedelta(seconds=seconds))
        self.waited.append(seconds)

    def begin(self) -> None:
        """Let pauses last from now on."""
        self._over.clear()

    def end(self) -> None:
        """Let all pauses pass at once from now on."""
        self._over.set()


async def step(hass: HomeAssistant, flow: Any, data: dict[str, Any] | None = None) -> Any:
    """Answer what the flow shows; without an answer show it again, as the frontend does."""
    result = await hass.config_entries.flow.async_configure(flow["flow_id"], data)
    await hass.async_block_till_done()
    return result


async def choose(hass: HomeAssistant, flow: Any, choice: str) -> Any:
    """Choose from the menu that the flow shows."""
    assert flow["type"] is FlowResultType.MENU
    return await step(hass, flow, {"next_step_id": choice})


async def open_settings(hass: HomeAssistant, entry: MockConfigEntry) -> Any:
    """Open the options as far as the form of settings."""
    menu = await hass.config_entries.options.async_init(entry.entry_id)
    assert menu["menu_options"] == ["settings", "entities"]
    chosen = {"next_step_id": "settings"}
    return await hass.config_entries.options.async_configure(menu["flow_id"], chosen)


async def remove(hass: HomeAssistant, entry: MockConfigEntry, source: str) -> Any:
    """Remove a source of an account, and agree to what goes with it."""
    flow = await choose(hass, await entry.start_reconfigure_flow(hass), f"{source}_remove")
    assert flow["type"] is FlowResultType.FORM
    return await step(hass, flow, {})


async def begin(hass: HomeAssistant) -> Any:
    """Open the flow as far as the form of CarData."""
    flow = await hass.config_entries.flow.async_init(DOMAIN, context={"source": SOURCE_USER})
    return await choose(hass, flow, "cardata")


async def ask_code(
    hass: HomeAssistant, patience: Patience, flow: Any, client_id: str = CLIENT_ID
) -> Any:
    """Enter a client id and see a code that waits for approval."""
    patience.begin()
    data = {"client_id": client_id}
    flow = await hass.config_entries.flow.async_configure(flow["flow_id"], data)
    assert flow["step_id"] == "cardata_code", flow
    flow = await hass.config_entries.flow.async_configure(flow["flow_id"], {})
    assert flow["type"] is FlowResultType.SHOW_PROGRESS, flow
    return flow


async def approve(hass: HomeAssistant, sim: SimulatedCarData, patience: Patience, flow: Any) -> Any:
    """Get a code for what the flow asks for, approve it, and see how the flow goes on."""
    flow = await ask_code(hass, patience, flow, sim.client_id)
    sim.approve()
    return await wait_for_approval(hass, patience, flow)


async def wait_for_approval(hass: HomeAssistant, patience: Patience, flow: Any) -> Any:
    """Wait until BMW has decided about the code, and see what the flow says then."""
    patience.end()
    await hass.async_block_till_done()
    return await leave_cars(hass, await step(hass, flow))


async def leave_cars(hass: HomeAssistant, flow: Any) -> Any:
    """Go on from the step that shows the cars, if the flow is there."""
    if flow["type"] is FlowResultType.SHOW_PROGRESS:
        flow = await step(hass, flow)
    return await step(hass, flow, {}) if flow.get("step_id") == "cardata_cars" else flow


async def log_in(hass: HomeAssistant, flow: Any, *answers: dict[str, Any]) -> Any:
    """Answer the steps of the MyBMW app."""
    for data in answers:
        flow = await step(hass, flow, data)
    return flow


def only(kind: str) -> pytest.MarkDecorator:
    """Let the account have one source."""
    return pytest.mark.parametrize("kind", [kind])


def suggested(flow: Any, part: str | None = None) -> dict[str, Any]:
    """Return what the form, or a section of it, suggests."""
    schema = flow["data_schema"].schema
    if part is not None:
        schema = schema[part].schema.schema
    return {str(key): (key.description or {}).get("suggested_value") for key in schema}


def both_services(cardata: SimulatedCarData) -> tuple[SimulatedMyBMW, respx.MockRouter]:
    """Return the app API of an account that has CarData too, and the way to both."""
    simulated = SimulatedMyBMW(load(bundled()["ix_xdrive50"]))
    return simulated, combined_router(cardata, simulated)


def account_with(
    kind: str, sim: SimulatedMyBMW, cardata: SimulatedCarData, **more: Any
) -> MockConfigEntry:
    """Return an account that has logged in to one source, or to "both"."""
    sources = {"mybmw": account(sim.issue_tokens()), **entry_of(cardata).data["sources"]}
    kept = {name: known for name, known in sources.items() if kind in (name, "both")}
    data = {"sources": kept}
    return MockConfigEntry(domain=DOMAIN, title="Mine", unique_id=sim.gcid, data=data, **more)


def registered(hass: HomeAssistant, entry: MockConfigEntry) -> set[tuple[str, str]]:
    """Return the ids of all entities with what makes them unique."""
    entities = er.async_entries_for_config_entry(er.async_get(hass), entry.entry_id)
    return {(entity.entity_id, entity.unique_id) for entity in entities}
