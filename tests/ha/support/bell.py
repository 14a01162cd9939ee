"""A made-up source whose service calls a webhook: one car, of which a mileage can be read."""

import asyncio
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any, Final, override

from homeassistant.config_entries import ConfigEntry, ConfigFlowResult
from homeassistant.core import HomeAssistant
import voluptuous as vol

from custom_components.mybmw.client import (
    CarEvent,
    EventKind,
    Message,
    NetworkError,
    Poll,
    Recording,
    Redactor,
    Status,
)
from custom_components.mybmw.client.core.attributes import MILEAGE
from custom_components.mybmw.client.core.listeners import Listeners
from custom_components.mybmw.client.core.source import Push
from custom_components.mybmw.sources.entry_data import NAME, tolerant
from custom_components.mybmw.sources.flow import SourceSteps
from custom_components.mybmw.sources.spec import SourceSetup, SourceSpec

SOURCE: Final = "bell"
VIN: Final = "WBA0BELL0UP000001"
ROW: Final = SourceSpec(
    name=SOURCE, module=__name__, model="Bell", manufacturer="Bell", page="https://bell.example"
)


class Service:
    """What the service knows; tests change it."""

    def __init__(self) -> None:
        self.down = False
        self.mileage = 10
        self.reads = 0
        self.built: list[BellSource] = []


class BellSource:
    """Takes what is signed with "good", reads the car then, and reports an event."""

    name: Final = SOURCE

    def __init__(self, service: Service) -> None:
        self._service = service
        self._ring = asyncio.Event()
        self.messages: Listeners[Message] = Listeners()
        self.events: Listeners[str, CarEvent] = Listeners()
        self.delivered: list[bytes] = []

    @property
    def status(self) -> Status:
        """It knows when it was called last."""
        return Status(delivery=datetime(2026, 1, 1, tzinfo=UTC) if self.delivered else None)

    def has(self, vin: str) -> bool:
        """Return whether it is the car."""
        return vin == VIN

    def deliver(self, headers: Mapping[str, str], body: bytes) -> int:
        """Take what is signed."""
        if body == b"break":
            raise RuntimeError(VIN)
        if headers.get("X-Signature") != "good":
            return 401
        self.delivered.append(body)
        self.events(VIN, CarEvent(EventKind.MAINTENANCE_CHANGED, datetime(2026, 1, 1, tzinfo=UTC)))
        self._ring.set()
        return 202

    def can_poll(self, vin: str) -> bool:
        """Return whether it is the car."""
        return self.has(vin)

    async def poll(self, vin: str | None = None) -> Poll:
        """Read the car."""
        self._service.reads += 1
        if self._service.down:
            return Poll(error=NetworkError("down"))
        reading = MILEAGE.at(float(self._service.mileage), datetime.now(UTC), SOURCE)
        return Poll({VIN: [reading]}, vins=frozenset({VIN}))

    async def listen(self, push: Push, changed: Callable[[], object]) -> None:
        """Read the car whenever it rings, until cancelled."""
        while True:
            await self._ring.wait()
            self._ring.clear()
            push((await self.poll()).readings)
            changed()

    def diagnostics(self) -> Mapping[str, object]:
        """Return nothing."""
        return {}

    def recording(self, messages: int = 0) -> Recording:
        """Return nothing."""
        return Recording({})


class BellSteps(SourceSteps):
    """There are none."""

    @override
    async def async_step_begin(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        return self.flow.async_abort(reason="unknown")

    @override
    async def async_step_reauth(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        return self.flow.async_abort(reason="unknown")


SERVICE = Service()


async def _build(_hass: HomeAssistant, _entry: ConfigEntry, _redactor: Redactor) -> BellSource:
    SERVICE.built.append(BellSource(SERVICE))
    return SERVICE.built[-1]


SETUP: Final = SourceSetup(
    build=_build,
    steps=BellSteps,
    account=tolerant({vol.Required("webhook_id"): NAME}),
    server=lambda _entry: "https://bell.example",
)
