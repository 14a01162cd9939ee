"""A Home Assistant whose account, portal, car or network is not as it should be."""

from collections.abc import Container, Iterator
from contextlib import ExitStack, contextmanager
from datetime import timedelta
from typing import Any, Final

import aiomqtt
from freezegun.api import FrozenDateTimeFactory
from homeassistant.core import HomeAssistant
from homeassistant.helpers import issue_registry as ir
import httpx
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry, async_fire_time_changed
import respx

from custom_components.mybmw.client.cardata import Broker
from custom_components.mybmw.const import DOMAIN
from custom_components.mybmw.sources import cardata_stream
from tests.ha.support import settle
from tests.ha.support.actions import device_id
from tests.ha.support.cardata import I4, say, tokens
from tests.replay.cardata import CarDataCar, SimulatedCarData
from tests.replay.cardata.wire import HOSTS
from tests.replay.line import Line
from tests.replay.serving import router_of

_PAUSE: Final = timedelta(seconds=20)
_STEP: Final = timedelta(minutes=20)
_LONG_STEP: Final = timedelta(hours=4)
_LONG: Final = timedelta(hours=12)


class World:
    """One Home Assistant, the network, and CarData with the accounts of a test."""

    def __init__(self, hass: HomeAssistant, freezer: FrozenDateTimeFactory) -> None:
        self.hass, self._freezer = hass, freezer
        self.line = Line()
        self.accounts: list[SimulatedCarData] = []
        self.entries: list[MockConfigEntry] = []
        self.rival = False
        """Whether another program takes the stream back soon after each of our connections."""
        self._services = ExitStack()

    def internet(self, router: respx.MockRouter) -> None:
        """Put another service on the network."""
        self._services.enter_context(router)

    @contextmanager
    def network(self, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
        """Put the simulated broker at the other end of the network."""

        async def nearby(_hass: HomeAssistant) -> Broker:
            return Broker(None, "broker.example")

        monkeypatch.setattr(aiomqtt, "Client", self.line.client)
        monkeypatch.setattr(self.hass.loop, "getaddrinfo", self.line.resolve)
        monkeypatch.setattr(cardata_stream, "bmw_broker", nearby)
        with self._services:
            self.internet(router_of(self._handle, HOSTS))
            yield

    def _handle(self, request: httpx.Request) -> httpx.Response:
        """Answer for the account of a request."""
        return next(item for item in self.accounts if item.knows(request)).handle(request)

    def account(self, *cars: CarDataCar, **options: Any) -> SimulatedCarData:
        """Open an account with these cars, whose newest values are of now."""
        sim = SimulatedCarData(cars, fresh=True, **options)
        self.accounts.append(sim)
        return sim

    async def add(self, sim: SimulatedCarData, **options: Any) -> MockConfigEntry:
        """Set an account up whose code was approved before."""
        account = {"client_id": sim.client_id, "tokens": tokens(sim)}
        entry = MockConfigEntry(
            domain=DOMAIN,
            title="BMW CarData",
            unique_id=sim.gcid,
            data={"sources": {"cardata": account}},
            options=options,
        )
        await self.start(entry)
        return entry

    async def start(self, entry: MockConfigEntry) -> None:
        """Set an entry up."""
        self.entries.append(entry)
        entry.add_to_hass(self.hass)
        await self.hass.config_entries.async_setup(entry.entry_id)
        await self.settle()

    async def log_in(self, entry: MockConfigEntry, sim: SimulatedCarData) -> None:
        """Log in again, with a new code."""
        self.line.refusal = None
        account = {"client_id": sim.client_id, "tokens": tokens(sim)}
        self.hass.config_entries.async_update_entry(entry, data={"sources": {"cardata": account}})
        await self.hass.config_entries.async_reload(entry.entry_id)
        await self.wait(minutes=20)

    async def settle(self) -> None:
        """Let everything happen that can happen without time."""
        await settle(self.hass)

    async def wait(self, **time: float) -> None:
        """Let time pass."""
        left = timedelta(**time)
        step = _STEP if left <= _LONG else _LONG_STEP
        while left > timedelta():
            for part in (min(step, left) - 2 * _PAUSE, _PAUSE, _PAUSE):
                await self._tick(part)
            left -= step

    async def _tick(self, part: timedelta) -> None:
        if part > timedelta():
            self._freezer.tick(part)
            async_fire_time_changed(self.hass)
        await self.settle()
        if self.rival:
            self.line.cut()
            await self.settle()

    async def send(
        self, values: dict[str, Any], vin: str = I4, *, ticked: Container[str] | None = None
    ) -> None:
        """Let a car report to BMW, and BMW stream what is ticked in the portal, by default all."""
        streamed = {key: value for key, value in values.items() if ticked is None or key in ticked}
        for account in self.accounts:
            if car := account.cars.get(vin):
                car.receive(say(vin, values))
                self.line.send(account.gcid, vin, say(vin, streamed))
        await self._tick(timedelta(seconds=1))

    async def explain(self, vin: str = I4) -> dict[str, Any]:
        """Return what the action says about a car."""
        answer = await self.hass.services.async_call(
            DOMAIN,
            "explain",
            {"device_id": device_id(self.hass, vin)},
            blocking=True,
            return_response=True,
        )
        assert isinstance(answer, dict)
        return answer

    def issues(self) -> set[str]:
        """Return what is shown under Repairs."""
        issues = ir.async_get(self.hass).issues.values()
        return {str(issue.translation_key) for issue in issues if issue.domain == DOMAIN}

    async def stop(self) -> None:
        """Unload all accounts."""
        for entry in self.entries:
            await self.hass.config_entries.async_unload(entry.entry_id)
        await self.settle()
