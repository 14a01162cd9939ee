"""The sub-commands for servers of the legacy ConnectedDrive API."""

from argparse import Namespace
import asyncio
from collections.abc import Awaitable, Callable, Mapping
import os
from typing import Final, NamedTuple

import httpx

from ..connecteddrive import ConnectedDriveAccount, ConnectedDriveSource, connect, server_url
from ..core.attributes import (
    ALL_TRIPS,
    DESTINATIONS,
    LAST_TRIP,
    POSITION,
    SAVED_CO2,
    SAVED_CO2_GREEN,
    SAVED_FUEL,
    TRIP_END,
    TRIPS_SINCE,
    AnyAttribute,
)
from ..core.commands import (
    ChangeProfile,
    Command,
    CommandKind,
    CommandState,
    FlashLights,
    PointOfInterest,
    SendMessage,
    SendPoi,
)
from ..core.errors import CommandError, InvalidValueError
from ..core.garage import Garage
from ..core.reach import as_geojson, reachable
from ..core.snapshot import encode
from ..core.values import ChargingMode, Position
from ..core.vehicle import Vehicle
from ..privacy import Redactor
from .app_commands import STATUS_OPTIONS
from .app_connection import vin_of
from .arguments import Option, SubCommand, Word, option
from .doctor import explain_cars
from .output import OK, note, report_errors, say, say_json, show
from .web import web_client

_PREFIX: Final = "MYBMW_CONNECTEDDRIVE_"
_FIELDS: Final[Mapping[str, str]] = {
    "server": "the address of the server",
    "username": "the user name of the account",
    "password": "its password",
    "api_key": "the API key",
    "api_secret": "the API secret",
}
_ANSWER: Final = "security_answer"
_PLAIN: Final[Mapping[str, CommandKind]] = {
    "horn": CommandKind.HORN_BLOW,
    "lock": CommandKind.DOOR_LOCK,
    "unlock": CommandKind.DOOR_UNLOCK,
    "climate": CommandKind.CLIMATE_START,
    "charge": CommandKind.CHARGE_START,
}
_TRIPS: Final[tuple[AnyAttribute, ...]] = (
    TRIP_END,
    *LAST_TRIP.values(),
    *ALL_TRIPS.values(),
    SAVED_CO2,
    SAVED_CO2_GREEN,
    SAVED_FUEL,
    TRIPS_SINCE,
)


class LegacyServer(NamedTuple):
    """A server, in a garage of its own."""

    source: ConnectedDriveSource
    garage: Garage

    async def car(self, vin: str) -> Vehicle:
        """Read one car; InvalidValueError if there is none."""
        poll = await self.garage.refresh(self.source, vin)
        for error in (poll.error, poll.errors.get(vin)):
            if error is not None:
                raise error
        vehicle = self.garage.vehicles.get(vin)
        if vehicle is None:
            raise InvalidValueError("the account has no such car")
        return vehicle


def _account(options: Namespace) -> ConnectedDriveAccount:
    """Return the account that options or the environment name; InvalidValueError."""
    found = {name: _told(options, name) for name in _FIELDS}
    missing = [name for name, value in found.items() if not value]
    if missing:
        flags = ", ".join(f"--{name.replace('_', '-')}" for name in missing)
        raise InvalidValueError(f"{flags} has to be given, or {_PREFIX}... be set")
    return ConnectedDriveAccount(
        server_url(found["server"]),
        found["username"],
        found["password"],
        found["api_key"],
        found["api_secret"],
        _told(options, _ANSWER) or None,
    )


def _told(options: Namespace, name: str) -> str:
    return getattr(options, name) or os.environ.get(f"{_PREFIX}{name.upper()}") or ""


def _doctor(options: Namespace) -> int:
    async def work(server: LegacyServer) -> int:
        poll = await server.garage.refresh(server.source)
        vehicles = server.garage.vehicles
        if poll.error is not None and not vehicles:
            raise poll.error
        explain_cars(server.source, vehicles.values(), poll, as_json=options.json)
        return OK

    return _run(options, work)


def _run(options: Namespace, work: Callable[[LegacyServer], Awaitable[int]]) -> int:
    account = _account(options)

    async def run() -> int:
        async with web_client() as client:
            return await work(_server(client, account))

    return asyncio.run(run())


def _server(client: httpx.AsyncClient, account: ConnectedDriveAccount) -> LegacyServer:
    source = connect(client, account, redactor=Redactor())
    return LegacyServer(source, Garage([source]))


def _status(options: Namespace) -> int:
    vin = None if options.vin is None else vin_of(options.vin)

    async def work(server: LegacyServer) -> int:
        if vin is not None:
            show([await server.car(vin)], as_json=options.json, one=True)
            return OK
        poll = await server.garage.refresh(server.source)
        if poll.error is not None and not server.garage.vehicles:
            raise poll.error
        show(server.garage.vehicles.values(), as_json=options.json)
        return report_errors(options.program, server.garage, poll)

    return _run(options, work)


def _about(tell_of: Callable[[Vehicle], object]) -> Callable[[Namespace], int]:
    """Return a sub-command that puts out something about a car as JSON."""

    def run(options: Namespace) -> int:
        vin = vin_of(options.words["vin"])

        async def work(server: LegacyServer) -> int:
            say_json(tell_of(await server.car(vin)))
            return OK

        return _run(options, work)

    return run


def _trips(vehicle: Vehicle) -> object:
    readings = [reading for item in _TRIPS if (reading := vehicle[item]) is not None]
    return {reading.attribute.key: encode(reading) for reading in readings}


def _destinations(vehicle: Vehicle) -> object:
    reading = vehicle[DESTINATIONS]
    return [] if reading is None else encode(reading)


def _range_map(vehicle: Vehicle) -> object:
    area = reachable(vehicle)
    if area is None:
        raise CommandError("how far the car comes is not known")
    return as_geojson(area)


def _send(options: Namespace, command: Command, *, place: bool = False) -> int:
    vin = vin_of(options.words["vin"])

    async def work(server: LegacyServer) -> int:
        vehicle = await server.car(vin)
        steps: list[CommandState] = []

        def progress(state: CommandState) -> None:
            if state not in steps:
                steps.append(state)
                note(state)

        result = await server.garage.send(vin, command, progress)
        if result.state is CommandState.IGNORED:
            raise CommandError(result.reason or "the car has ignored it")
        position = vehicle.value(POSITION)
        if place and position is not None:
            say_json({"latitude": position.latitude, "longitude": position.longitude})
        else:
            say(result.state)
        return OK

    return _run(options, work)


def _plain(options: Namespace) -> int:
    return _send(options, Command(_PLAIN[options.command.name]))


def _flash(options: Namespace) -> int:
    return _send(options, FlashLights(options.count))


def _find(options: Namespace) -> int:
    return _send(options, Command(CommandKind.VEHICLE_FINDER), place=True)


def _profile(options: Namespace) -> int:
    if options.charging_mode is None and options.precondition_climate is None:
        raise InvalidValueError("at least one option is needed")
    mode = options.charging_mode and ChargingMode(options.charging_mode)
    climate = options.precondition_climate
    return _send(options, ChangeProfile(mode, None if climate is None else climate == "on"))


def _send_poi(options: Namespace) -> int:
    try:
        place = Position(*(float(options.words[name]) for name in ("latitude", "longitude")))
    except ValueError:
        raise InvalidValueError("latitude and longitude have to be two numbers") from None
    poi = PointOfInterest(place, options.name, options.street, None, options.city)
    return _send(options, SendPoi(poi))


def _message(options: Namespace) -> int:
    return _send(options, SendMessage(options.words["text"], options.subject))


LOGIN: Final[tuple[Option, ...]] = (
    *(
        option(f"--{name.replace('_', '-')}", help=f"{text} ({_PREFIX}{name.upper()})")
        for name, text in _FIELDS.items()
    ),
    option(
        "--security-answer", help=f"the answer to the security question ({_PREFIX}SECURITY_ANSWER)"
    ),
)
"""The options that name the account, which every sub-command has."""

_CAR: Final = Word("VIN", "the vehicle identification number")
_PLACE: Final = (
    Word("LATITUDE", "of the destination, -90 to 90 degrees"),
    Word("LONGITUDE", "of the destination, -180 to 180 degrees"),
)
_COUNT: Final = option("--count", type=int, default=2, help="how often, 1 to 10 (default: 2)")
_PROFILE: Final = (
    option(
        "--charging-mode",
        choices=[ChargingMode.IMMEDIATE.value, ChargingMode.DELAYED.value],
        help="at once, or when the charging window begins",
    ),
    option("--precondition-climate", choices=["on", "off"], help="climate for departures"),
)
_POI: Final = tuple(
    option(f"--{name}", help=f"{name} of the destination") for name in ("name", "street", "city")
)


def _command(
    name: str,
    summary: str,
    run: Callable[[Namespace], int],
    *words: Word,
    options: tuple[Option, ...] = (),
) -> SubCommand:
    return SubCommand(name, summary, run, words, (*options, *LOGIN), account=False)


_JSON, _ = STATUS_OPTIONS

COMMANDS: Final = (
    _command("status", "Show what the cars report", _status, options=STATUS_OPTIONS),
    _command(
        "doctor",
        "Read the cars, and explain why values are old or missing",
        _doctor,
        options=(_JSON,),
    ),
    _command("trips", "Show the last trip and all trips as JSON", _about(_trips), _CAR),
    _command("rangemap", "Show how far a car comes as GeoJSON", _about(_range_map), _CAR),
    _command("destinations", "Show destinations as JSON", _about(_destinations), _CAR),
    _command("lightflash", "Flash the lights", _flash, _CAR, options=(_COUNT,)),
    _command("horn", "Blow the horn", _plain, _CAR),
    _command("lock", "Lock the doors", _plain, _CAR),
    _command("unlock", "Unlock the doors", _plain, _CAR),
    _command("climate", "Start the climate control", _plain, _CAR),
    _command("charge", "Charge now", _plain, _CAR),
    _command("chargingprofile", "Set when a car charges", _profile, _CAR, options=_PROFILE),
    _command("vehiclefinder", "Ask a car where it is", _find, _CAR),
    _command("sendpoi", "Send a destination to a car", _send_poi, _CAR, *_PLACE, options=_POI),
    _command(
        "message",
        "Send a text to a car",
        _message,
        _CAR,
        Word("TEXT", "at most 255 characters"),
        options=(option("--subject", help="what stands above it"),),
    ),
)
"""The sub-commands in the order in which help shows them."""
