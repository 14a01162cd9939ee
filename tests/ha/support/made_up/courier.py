"""A made-up source that sends what it knows to a webhook."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any, Final, override

from homeassistant.config_entries import ConfigEntry, ConfigFlowResult
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import section
from homeassistant.helpers.selector import BooleanSelector, TextSelector
import orjson
import voluptuous as vol

from custom_components.mybmw.client import Message, Recording, Redactor, Status
from custom_components.mybmw.client.core.attributes import MILEAGE
from custom_components.mybmw.client.core.listeners import Listeners
from custom_components.mybmw.client.core.source import Push
from custom_components.mybmw.client.core.values import StreamState
from custom_components.mybmw.sources.entry_data import NAME, tolerant
from custom_components.mybmw.sources.flow import BEGIN, SourceSteps
from custom_components.mybmw.sources.spec import SourceSetup

SOURCE: Final = "courier"
_FORM: Final = vol.Schema({vol.Required("webhook_id"): TextSelector()})
_OPTIONS: Final = vol.Schema({vol.Required("miles", default=False): BooleanSelector()})


class CourierSource:
    """Takes what comes by the webhook."""

    name: Final = SOURCE

    def __init__(self, factor: float) -> None:
        self._factor = factor
        self._push: Push = lambda _readings: None
        self._changed: Callable[[], object] = lambda: None
        self._refused = False
        self._cars: set[str] = set()
        self.messages: Listeners[Message] = Listeners()

    @property
    def status(self) -> Status:
        """It is connected, and refused if an empty parcel came last."""
        return Status(stream=StreamState.CONNECTED, refused=self._refused)

    def has(self, vin: str) -> bool:
        """Return whether a parcel of the car has come."""
        return vin in self._cars

    def deliver(self, headers: Mapping[str, str], body: bytes) -> int:
        """Take mileages by VIN."""
        parcel: dict[str, float] = orjson.loads(body)
        self._cars.update(parcel)
        self._refused = not parcel
        now = datetime.now(UTC)
        self._push(
            {vin: [MILEAGE.at(value * self._factor, now, SOURCE)] for vin, value in parcel.items()}
        )
        self._changed()
        return HTTPStatus.ACCEPTED

    async def listen(self, push: Push, changed: Callable[[], object]) -> None:
        """Pass on what comes from now on; there is nothing to wait for."""
        self._push, self._changed = push, changed
        changed()

    def diagnostics(self) -> Mapping[str, object]:
        """Return how many cars there are."""
        return {"cars": len(self._cars)}

    def recording(self, messages: int = 0) -> Recording:
        """Return nothing: parcels are not kept."""
        return Recording({})


class CourierSteps(SourceSteps):
    """Ask for the id of the webhook."""

    @override
    async def async_step_begin(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        return await self._ask(BEGIN, user_input)

    @override
    async def async_step_reauth(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        return await self._ask("reauth", user_input)

    async def _ask(self, step: str, user_input: dict[str, Any] | None) -> ConfigFlowResult:
        if user_input is None:
            return self.show_form(step, _FORM)
        return await self.flow.finish(SOURCE, dict(user_input), "Courier", None)


async def _build(hass: HomeAssistant, entry: ConfigEntry, redactor: Redactor) -> CourierSource:
    return CourierSource(1.609344 if entry.options.get(SOURCE, {}).get("miles") else 1.0)


SETUP: Final = SourceSetup(
    build=_build,
    steps=CourierSteps,
    account=tolerant({vol.Required("webhook_id"): NAME}),
    server=lambda _entry: "https://courier.example",
    fallback_id=lambda account: f"courier-{account['webhook_id']}",
    options={vol.Required(SOURCE): section(_OPTIONS)},
    stored_options={vol.Optional(SOURCE): tolerant({vol.Optional("miles"): bool})},
)
