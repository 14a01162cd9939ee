"""Commands: sending them, and reading their progress.

See docs/protocols/connecteddrive.md#commands.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
import logging
from typing import Final, NamedTuple

import orjson

from ..core.attributes import CHARGER_CONNECTED
from ..core.commands import (
    ChangeProfile,
    Command,
    CommandKind,
    CommandResult,
    CommandState,
    FlashLights,
    PointOfInterest,
    SendMessage,
    SendPoi,
)
from ..core.convert import mapping
from ..core.errors import (
    ApiError,
    CommandError,
    CommandTimeoutError,
    MessageLengthError,
    UnsupportedError,
)
from ..core.execution import NOT_PLUGGED_IN, wait_for_result
from ..core.source import Follower, Progress
from ..core.vehicle import Vehicle
from .api import ConnectedDriveApi
from .profile import changed

_LOGGER = logging.getLogger(__name__)

_POLL_INTERVAL: Final = 3.0
_FLASHES: Final = 2
_LONGEST_MESSAGE: Final = 255
_NO_EVENT: Final = "-1"
_NOT_EXECUTED: Final = "NOT_EXECUTED"
_TIMED_OUT: Final = "TIMED_OUT"

_SERVICES: Final[Mapping[CommandKind, str]] = {
    CommandKind.LIGHT_FLASH: "LIGHT_FLASH",
    CommandKind.HORN_BLOW: "HORN_BLOW",
    CommandKind.DOOR_LOCK: "DOOR_LOCK",
    CommandKind.DOOR_UNLOCK: "DOOR_UNLOCK",
    CommandKind.CLIMATE_START: "CLIMATE_NOW",
    CommandKind.CHARGE_START: "CHARGE_NOW",
    CommandKind.CHARGING_PROFILE: "CHARGING_CONTROL",
    CommandKind.VEHICLE_FINDER: "VEHICLE_FINDER",
}
_WORDS: Final[Mapping[object, CommandState]] = {
    state.value: state
    for state in (
        CommandState.INITIATED,
        CommandState.PENDING,
        CommandState.DELIVERED,
        CommandState.EXECUTED,
    )
}

CHANGES_STATE: Final = frozenset(_SERVICES) - {CommandKind.LIGHT_FLASH, CommandKind.HORN_BLOW}
"""The commands after which the car's state, or its position, is another one."""


class StartedService(NamedTuple):
    """A command that was sent; without a `service`, its progress cannot be read."""

    service: str | None
    event: str | None = None


def ignored(vehicle: Vehicle, command: Command) -> str | None:
    """Return why the car would ignore a command right now, None if it may not."""
    charge = command.kind is CommandKind.CHARGE_START
    return NOT_PLUGGED_IN if charge and vehicle.value(CHARGER_CONNECTED) is False else None


async def start(
    api: ConnectedDriveApi, vin: str, command: Command, progress: Progress | None
) -> StartedService:
    """Send a command; raise `UnsupportedError` or `InvalidValueError` before anything is sent."""
    service = _SERVICES.get(command.kind)
    if service is None:
        fields = _poi(command)
        await _ready(api, progress)
        await _send_poi(api, vin, fields)
        return StartedService(None)
    form = {"serviceType": service, **await _fields(api, vin, command)}
    await _ready(api, progress)
    answer = _execution(await api.execute(vin, form))
    _check(answer, command)
    event = answer.get("eventId")
    return StartedService(service, event if isinstance(event, str) else None)


async def _ready(api: ConnectedDriveApi, progress: Progress | None) -> None:
    await api.login.token()
    if isinstance(progress, Follower):
        progress.sending()


async def _fields(api: ConnectedDriveApi, vin: str, command: Command) -> Mapping[str, str]:
    """Return the fields of a service besides its name; the charging plan is read before."""
    match command:
        case FlashLights(count=count):
            return {"count": str(count)}
        case ChangeProfile():
            plan = changed(await api.charging_profile(vin), command)
            return {"data": orjson.dumps(plan).decode()}
    if command.kind is CommandKind.LIGHT_FLASH:
        return {"count": str(_FLASHES)}
    if command.kind is CommandKind.VEHICLE_FINDER:
        return api.observed(datetime.now(UTC))
    answer = api.login.account.answer
    if command.kind is CommandKind.DOOR_UNLOCK and answer:
        return {"bmwSkAnswer": answer}
    return {}


def _poi(command: Command) -> object:
    match command:
        case SendPoi(poi=poi):
            return {"poi": _place(poi)}
        case SendMessage(text=text, subject=subject):
            if not text.strip() or len(text) > _LONGEST_MESSAGE:
                raise MessageLengthError(f"a message has 1 to {_LONGEST_MESSAGE} characters")
            return {"poi": {"name": subject or text[:40], "additionalInfo": text}}
    raise UnsupportedError(f"{command.kind} is not known to the service")


def _place(poi: PointOfInterest) -> Mapping[str, object]:
    told = {
        "name": poi.title,
        "street": poi.street or poi.formatted_address,
        "postalCode": poi.postal_code,
        "city": poi.city,
        "country": poi.country,
    }
    place = {"lat": poi.position.latitude, "lon": poi.position.longitude, "rating": -1}
    return place | {key: value for key, value in told.items() if value}


async def _send_poi(api: ConnectedDriveApi, vin: str, fields: object) -> None:
    """Send a place; servers take one of two names of the field."""
    text = orjson.dumps(fields).decode()
    try:
        await api.send_poi(vin, {"data": text})
    except ApiError as error:
        _LOGGER.debug("A place is sent in the other form: %s", error)
        await api.send_poi(vin, {"body": text})


async def wait(
    api: ConnectedDriveApi,
    vin: str,
    command: Command,
    started: StartedService,
    progress: Progress | None,
) -> CommandResult:
    """Return the result of a command; raise `CommandError` if it failed."""
    if (service := started.service) is None:
        return CommandResult(command.kind, CommandState.EXECUTED, datetime.now(UTC))

    async def ask(last: CommandState) -> CommandState | None:
        answer = _execution(await api.execution(vin, service))
        if _is_another(answer, started):
            return None
        _check(answer, command)
        return _state(answer, last)

    return await wait_for_result(command.kind, ask, progress, api.http.pause, _POLL_INTERVAL)


def _execution(answer: object) -> Mapping[str, object]:
    return mapping(mapping(answer).get("executionStatus"))


def _is_another(answer: Mapping[str, object], started: StartedService) -> bool:
    """Return whether an answer is about another command of the same kind."""
    event = answer.get("eventId")
    events = (event, started.event)
    return event != started.event and all(
        isinstance(item, str) and item != _NO_EVENT for item in events
    )


def _check(answer: Mapping[str, object], command: Command) -> None:
    """Raise the error that the last state of a command means, if it failed."""
    word = answer.get("status")
    if word == _TIMED_OUT:
        raise CommandTimeoutError(f"{command.kind}: the service gave up")
    if word == _NOT_EXECUTED:
        raise CommandError(f"{command.kind}: the car has not carried it out")


def _state(answer: Mapping[str, object], before: CommandState) -> CommandState:
    """Return the state of a command, the former one without a status."""
    word = answer.get("status")
    return _WORDS.get(word, before) if isinstance(word, str) else before
