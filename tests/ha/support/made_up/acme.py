"""A made-up source that is polled, and can honk and flash."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from threading import get_ident
from typing import Any, Final, override

from homeassistant.config_entries import ConfigEntry, ConfigFlowResult
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import section
from homeassistant.helpers.httpx_client import get_async_client
from homeassistant.helpers.selector import NumberSelector, NumberSelectorConfig, TextSelector
import orjson
import voluptuous as vol

from custom_components.mybmw.client import (
    AuthError,
    ClientError,
    Command,
    CommandKind,
    CommandResult,
    CommandState,
    Http,
    Poll,
    Progress,
    Recording,
    Redactor,
    Status,
    Vehicle,
)
from custom_components.mybmw.client.core.attributes import MILEAGE, AnyReading
from custom_components.mybmw.client.transport.http import Request
from custom_components.mybmw.sources.entry_data import NAME, number, tolerant
from custom_components.mybmw.sources.flow import BEGIN, SourceSteps
from custom_components.mybmw.sources.spec import SourceSetup
from tests.ha.support.made_up.service import URL

SOURCE: Final = "acme"
COMMANDS: Final = frozenset({CommandKind.HORN_BLOW, CommandKind.LIGHT_FLASH})
IMPORTED_IN: Final = get_ident()
_FORM: Final = vol.Schema({vol.Required("token"): TextSelector()})
_OPTIONS: Final = vol.Schema(
    {vol.Required("minutes", default=7): NumberSelector(NumberSelectorConfig(min=1, max=60))}
)


class AcmeSource:
    """Reads mileages, and sends commands."""

    name: Final = SOURCE

    def __init__(self, http: Http, token: str) -> None:
        self._http = http
        self._token = token
        self._cars: set[str] = set()

    @property
    def status(self) -> Status:
        """Nothing is counted."""
        return Status()

    def has(self, vin: str) -> bool:
        """Return whether the account has a car."""
        return vin in self._cars

    def can_poll(self, vin: str) -> bool:
        """Return whether the account may read a car."""
        return self.has(vin)

    async def poll(self, vin: str | None = None) -> Poll:
        """Read all cars."""
        try:
            found = await self._fetch(Request("read cars", "GET", f"{URL}/cars", record="cars"))
        except ClientError as error:
            return Poll(error=error)
        self._cars = set(found)
        now = datetime.now(UTC)
        return Poll(
            {key: [MILEAGE.at(float(value), now, SOURCE)] for key, value in found.items()},
            vins=frozenset(found),
        )

    def commands(self, vin: str) -> frozenset[CommandKind]:
        """Return the two commands, for every car."""
        return COMMANDS if self.has(vin) else frozenset()

    async def send(
        self, vehicle: Vehicle, command: Command, progress: Progress | None = None
    ) -> tuple[CommandResult, Sequence[AnyReading]]:
        """Send a command."""
        order = [vehicle.vin, command.kind]
        await self._fetch(Request("send", "POST", f"{URL}/commands", json=order))
        return CommandResult(command.kind, CommandState.EXECUTED, datetime.now(UTC)), ()

    def dump(self) -> Mapping[str, object]:
        """Return which cars there are."""
        return {"vins": sorted(self._cars)}

    def dump_car(self, vin: str) -> None:
        """Return nothing more."""

    def load(self, saved: object) -> None:
        """Take over which cars there are."""
        self._cars = set(saved["vins"]) if isinstance(saved, dict) and saved.get("vins") else set()

    def know(self, vehicles: Iterable[Vehicle]) -> None:
        """Take over nothing."""

    def diagnostics(self) -> Mapping[str, object]:
        """Return how many cars there are."""
        return {"cars": len(self._cars)}

    def recording(self, messages: int = 0) -> Recording:
        """Return the newest answers."""
        return Recording(self._http.recorder.answers)

    async def _fetch(self, request: Request) -> dict[str, Any]:
        headers = {"authorization": f"Bearer {self._token}"}
        answer = await self._http.fetch(
            Request(
                request.what,
                request.method,
                request.url,
                headers=headers,
                json=request.json,
                record=request.record,
            )
        )
        if answer.status_code == 401:
            raise AuthError("the token is refused")
        found: dict[str, Any] = orjson.loads(answer.content)
        return found


class AcmeSteps(SourceSteps):
    """Ask for a token, and try it."""

    @override
    async def async_step_begin(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        return await self._ask(BEGIN, user_input)

    @override
    async def async_step_reauth(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        return await self._ask("reauth", user_input)

    async def _ask(self, step: str, user_input: dict[str, Any] | None) -> ConfigFlowResult:
        if user_input is None:
            return self.show_form(step, _FORM)
        http = Http(get_async_client(self.hass), Redactor())
        poll = await AcmeSource(http, user_input["token"]).poll()
        if poll.error is not None:
            return self.show_form(step, _FORM, {"base": poll.error.key})
        return await self.flow.finish(SOURCE, dict(user_input), "Acme", None)


async def _build(hass: HomeAssistant, entry: ConfigEntry, redactor: Redactor) -> AcmeSource:
    token = entry.data["sources"][SOURCE]["token"]
    return AcmeSource(Http(get_async_client(hass), redactor), token)


SETUP: Final = SourceSetup(
    build=_build,
    steps=AcmeSteps,
    account=tolerant({vol.Required("token"): NAME}),
    server=lambda _entry: URL,
    fallback_id=lambda _account: "somebody at acme",
    options={vol.Required(SOURCE): section(_OPTIONS)},
    stored_options={vol.Optional(SOURCE): tolerant({vol.Optional("minutes"): number(1, 60)})},
    interval=lambda entry: timedelta(minutes=entry.options.get(SOURCE, {}).get("minutes", 7)),
)
