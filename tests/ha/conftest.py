"""A Home Assistant with a simulated BMW behind the network."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from freezegun.api import FrozenDateTimeFactory
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity import Entity
from homeassistant.setup import async_setup_component
from homeassistant.util import executor
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry, async_fire_time_changed
from pytest_homeassistant_custom_component.syrupy import HomeAssistantSnapshotExtension
from pytest_homeassistant_custom_component.typing import WebSocketGenerator
from syrupy.assertion import SnapshotAssertion

from custom_components.mybmw.client import Http
from custom_components.mybmw.const import DOMAIN
from custom_components.mybmw.runtime import dispatcher
from tests.ha.support.card import Card, Open
from tests.replay import vehicles
from tests.replay.fingerprints import bundled, load
from tests.replay.mybmw import SimulatedMyBMW

# A thread that ends late on a busy machine is waited for, each for its share of this time:
# interrupted, it would not wake the others
executor._JOIN_ATTEMPTS = 1
executor.EXECUTOR_SHUTDOWN_TIMEOUT = 600
# However slow the machine is, all entities of a message are updated at once
dispatcher._SLICE = 60.0  # type: ignore[misc]
PNG = b"\x89PNG\r\n\x1a\n"

type SetUp = Callable[..., Awaitable[MockConfigEntry]]
type Elapse = Callable[[timedelta], Awaitable[None]]


@pytest.fixture(autouse=True)
def _custom_integrations(enable_custom_integrations: None) -> None:
    """Let Home Assistant find the integration."""


@pytest.fixture(autouse=True)
async def enable_event_loop_debug(monkeypatch: pytest.MonkeyPatch) -> None:
    """Check which thread calls the loop, as its debug mode does.

    That mode also notes where every future was made, which would take a third of the time.
    """
    loop = asyncio.get_running_loop()
    loop.set_debug(True)
    monkeypatch.setattr(loop, "get_debug", lambda: False)


@pytest.fixture
def snapshot(snapshot: SnapshotAssertion) -> SnapshotAssertion:
    """Compare states as Home Assistant does."""
    return snapshot.use_extension(HomeAssistantSnapshotExtension)


@pytest.fixture(autouse=True)
def waits(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Nothing waits for real; what would be waited for is in the list."""
    waited: list[float] = []

    async def pause(_self: Http, seconds: float) -> None:
        waited.append(seconds)

    monkeypatch.setattr(Http, "pause", pause)
    return waited


@pytest.fixture
def morning(freezer: FrozenDateTimeFactory) -> None:
    """Let it be eight o'clock in UTC: no wait ends early because BMW's day ends."""
    freezer.move_to(datetime.now(UTC).replace(hour=8))


@pytest.fixture
def entity_registry_enabled_by_default(monkeypatch: pytest.MonkeyPatch) -> None:
    """Enable every entity."""
    monkeypatch.setattr(Entity, "entity_registry_enabled_default", True)


@pytest.fixture(autouse=True)
def _plain_pictures(monkeypatch: pytest.MonkeyPatch) -> None:
    """Drawing cars takes longer than all the rest."""

    def draw(view: str, _color: int) -> bytes:
        return PNG + view.encode()

    monkeypatch.setattr(vehicles, "draw_car", draw)


@pytest.fixture
def cars() -> tuple[str, ...]:
    """The folders of the cars in the account; tests override it."""
    return ("ix_xdrive50",)


@pytest.fixture
def sim(cars: tuple[str, ...]) -> Iterator[SimulatedMyBMW]:
    """The simulated service with these cars."""
    folders = bundled()
    found = [car for name in cars for car in load(folders[name])]
    simulated = SimulatedMyBMW(found)
    with simulated.router():
        yield simulated


@pytest.fixture
def entry(sim: SimulatedMyBMW) -> MockConfigEntry:
    """An account that has logged in before."""
    issued = sim.issue_tokens()
    return MockConfigEntry(
        domain=DOMAIN,
        title="driver@example.com",
        unique_id=sim.gcid,
        data={"sources": {"mybmw": account(issued)}},
    )


def account(issued: dict[str, Any]) -> dict[str, Any]:
    """Return an account as it is kept in an entry."""
    return {
        "region": "rest_of_world",
        "username": "driver@example.com",
        "tokens": {
            "access": issued["access_token"],
            "refresh": issued["refresh_token"],
            "expires": "2100-01-01T00:00:00+00:00",
            "gcid": issued["gcid"],
        },
    }


@pytest.fixture
def set_up(hass: HomeAssistant, entry: MockConfigEntry) -> SetUp:
    """Set up the entry and wait until it is settled."""

    async def run(**options: Any) -> MockConfigEntry:
        entry.add_to_hass(hass)
        if options:
            hass.config_entries.async_update_entry(entry, options=options)
        await hass.config_entries.async_setup(entry.entry_id)
        await hass.async_block_till_done(wait_background_tasks=True)
        return entry

    return run


@pytest.fixture
def elapse(hass: HomeAssistant, freezer: FrozenDateTimeFactory) -> Elapse:
    """Let time pass, and everything happen that is due."""

    async def run(delta: timedelta) -> None:
        freezer.tick(delta)
        async_fire_time_changed(hass)
        await hass.async_block_till_done(wait_background_tasks=True)

    return run


@pytest.fixture
def open_card(hass: HomeAssistant, hass_ws_client: WebSocketGenerator) -> Open:
    """Open the connection of a browser; by default that of an administrator."""

    async def run(token: str | None = None) -> Card:
        assert await async_setup_component(hass, "websocket_api", {})
        return Card(hass, await (hass_ws_client(hass, token) if token else hass_ws_client(hass)))

    return run
