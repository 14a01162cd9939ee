"""Send commands and wait for their results (docs/protocols/mybmw-app.md#commands)."""

from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime
from functools import partial
from typing import Final, NamedTuple

from ..core import attributes as a
from ..core.commands import (
    AcLimit,
    ChangeProfile,
    Command,
    CommandKind,
    CommandResult,
    CommandState,
    PointOfInterest,
    SendPoi,
    TargetSoc,
)
from ..core.convert import mapping
from ..core.errors import CommandError, InvalidValueError, UnknownPlanError, UnsupportedError
from ..core.execution import NOT_CHARGING, NOT_PLUGGED_IN, wait_for_result
from ..core.known_words import known_words
from ..core.source import Follower, Progress
from ..core.values import ChargingStatus
from ..core.vehicle import Vehicle
from .api import Api, CarAddress
from .car_context import SOURCE
from .profile import body, changed

_POLL_INTERVAL: Final = 3.5
_WORDS: Final[Mapping[object, CommandState]] = {
    state.value: state
    for state in (
        CommandState.INITIATED,
        CommandState.PENDING,
        CommandState.DELIVERED,
        CommandState.ERROR,
        CommandState.EXECUTED,
        CommandState.IGNORED,
    )
}

CHANGES_STATE: Final = frozenset(CommandKind) - {
    CommandKind.LIGHT_FLASH,
    CommandKind.HORN_BLOW,
    CommandKind.VEHICLE_FINDER,
    CommandKind.SEND_POI,
}
"""The commands that change the state of the car."""

_SERVICES: Final[Mapping[CommandKind, tuple[str, str | None]]] = {
    CommandKind.LIGHT_FLASH: ("light-flash", None),
    CommandKind.HORN_BLOW: ("horn-blow", None),
    CommandKind.DOOR_LOCK: ("door-lock", None),
    CommandKind.DOOR_UNLOCK: ("door-unlock", None),
    CommandKind.CLIMATE_START: ("climate-now", "START"),
    CommandKind.CLIMATE_STOP: ("climate-now", "STOP"),
    CommandKind.VEHICLE_FINDER: ("vehicle-finder", None),
}


class Started(NamedTuple):
    """A command that was sent; `event` is its id, None if its status cannot be requested."""

    event: str | None


async def start(
    api: Api, car: CarAddress, vehicle: Vehicle, command: Command, progress: Progress | None = None
) -> Started:
    """Send a command; raise `UnsupportedError` or `InvalidValueError` without sending it."""
    post = _prepared(api, car, vehicle, command)
    await api.login.token()
    if isinstance(progress, Follower):
        progress.sending()
    return _started(await post())


def _prepared(
    api: Api, car: CarAddress, vehicle: Vehicle, command: Command
) -> Callable[[], Awaitable[object]]:
    """Return a function that sends a command; raise errors for a command that cannot be sent."""
    service = _SERVICES.get(command.kind)
    if service is not None:
        return partial(api.command, car, *service)
    match command:
        case TargetSoc(percent=percent):
            settings = {"chargingTarget": percent, "acLimitValue": None}
            return partial(api.change_charging, car, "charging-settings", settings)
        case AcLimit(ampere=ampere):
            _check_limit(vehicle, ampere)
            settings = {"chargingTarget": None, "acLimitValue": ampere}
            return partial(api.change_charging, car, "charging-settings", settings)
        case ChangeProfile():
            plan = _plan(vehicle, command)
            return partial(api.change_charging, car, "charging-profile", plan)
        case SendPoi(poi=poi):
            return partial(api.send_poi, car, _gcid(api), _destination(car, poi))
    path = {CommandKind.CHARGE_START: "start-charging", CommandKind.CHARGE_STOP: "stop-charging"}
    if command.kind not in path:
        raise UnsupportedError(f"{command.kind} needs more than its kind")
    return partial(api.change_charging, car, path[command.kind], {})


def ignored(vehicle: Vehicle, command: Command) -> str | None:
    """Return why the car would ignore a command in its current state, None if it would not.

    The charging status may be unknown after another command.
    """
    charging = (CommandKind.CHARGE_START, CommandKind.CHARGE_STOP)
    if command.kind in charging and not vehicle.value(a.CHARGER_CONNECTED):
        return NOT_PLUGGED_IN
    stopping, status = command.kind is CommandKind.CHARGE_STOP, vehicle.value(a.CHARGING_STATUS)
    if stopping and status not in (None, ChargingStatus.CHARGING):
        return NOT_CHARGING
    return None


async def wait(
    api: Api, car: CarAddress, command: Command, started: Started, progress: Progress | None
) -> CommandResult:
    """Return the result of a command; raise `CommandError` if it failed."""
    if (event := started.event) is None:
        return CommandResult(command.kind, CommandState.EXECUTED, datetime.now(UTC))

    async def ask(last: CommandState) -> CommandState:
        answer = mapping(await api.event_status(car, event))
        state = _state(answer, last)
        if state is CommandState.ERROR:
            raise CommandError(api.http.redactor.beginning(f"{command.kind}: {_reason(answer)}"))
        return state

    return await wait_for_result(command.kind, ask, progress, api.http.pause, _POLL_INTERVAL)


def _state(answer: Mapping[str, object], before: CommandState) -> CommandState:
    word = answer.get("eventStatus")
    return _WORDS.get(word, before) if isinstance(word, str) else before


def _reason(answer: Mapping[str, object]) -> str:
    details = mapping(answer.get("errorDetails"))
    words = [details.get(key) for key in ("title", "description", "errorDetails")]
    reason = " - ".join(word for word in words if isinstance(word, str) and word)
    return known_words(reason) or "no reason given"


def _started(answer: object) -> Started:
    event = mapping(answer).get("eventId")
    return Started(event if isinstance(event, str) and event else None)


def _check_limit(vehicle: Vehicle, ampere: int) -> None:
    limits = vehicle.value(a.AC_CURRENT_LIMITS) or ()
    if ampere not in limits:
        offered = ", ".join(map(str, limits)) or "none"
        raise InvalidValueError(f"the car does not offer {ampere} A (it offers: {offered})")


def _plan(vehicle: Vehicle, command: ChangeProfile) -> object:
    """Return the changed plan; it has to be from this source, as others know only parts of it."""
    held = vehicle[a.CHARGING_PROFILE]
    if held is None or held.source != SOURCE:
        raise UnknownPlanError("the charging plan of the car is not known")
    profile = changed(held.value, vehicle.value(a.PRECONDITIONING_AT_DEPARTURE))
    return body(profile, command, vehicle.value(a.SERVICE_PACK))


def _gcid(api: Api) -> str:
    tokens = api.login.tokens
    if tokens is None or not tokens.gcid:
        raise UnsupportedError("the account id is not known")
    return tokens.gcid


def _destination(car: CarAddress, poi: PointOfInterest) -> object:
    position = {"lat": poi.position.latitude, "lng": poi.position.longitude}
    unknown = (
        "banchi",
        "chome",
        "countryCode",
        "district",
        "go",
        "houseNumber",
        "region",
        "regionCode",
        "settlement",
        "subblock",
    )
    place = {
        "formattedAddress": poi.address,
        "placeType": "ADDRESS",
        "title": poi.title,
        "provider": None,
        "providerId": None,
        "providerPoiId": "",
        "sourceType": None,
        "vehicleCategoryId": None,
        "position": position,
        "address": {
            "street": poi.street,
            "postalCode": poi.postal_code,
            "city": poi.city,
            "country": poi.country,
            "formatted": poi.address,
            **dict.fromkeys(unknown),
        },
        "category": {"losCategory": "Address", "mguVehicleCategoryId": None, "name": "Address"},
        "entrances": [{"name": None, "position": position}],
    }
    return {"places": [place], "vehicleInformation": {"vin": car.vin}}
