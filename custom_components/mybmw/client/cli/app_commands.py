"""The sub-commands for the cars of the BMW app."""

from argparse import ArgumentTypeError, Namespace
from collections.abc import Mapping
import os
from pathlib import Path
from typing import Final

from ..core.attributes import ADDRESS, HEADING, POSITION
from ..core.commands import (
    AcLimit,
    ChangeProfile,
    Command,
    CommandKind,
    PointOfInterest,
    SendPoi,
    TargetSoc,
)
from ..core.errors import AnswerError, ApiError, CommandError, InvalidValueError
from ..core.values import ChargingMode, Position
from ..mybmw import VIEWS
from .app_connection import App, run_app, vin_of
from .arguments import SubCommand, Word, option
from .doctor import explain_cars
from .files import OUTPUT, write_file, write_fingerprint
from .geocoder import NOMINATIM, nominatim
from .output import FAILED, OK, explanation, note, report_errors, say, say_json, show

_PLAIN: Final[Mapping[tuple[str, str | None], CommandKind]] = {
    ("lightflash", None): CommandKind.LIGHT_FLASH,
    ("horn", None): CommandKind.HORN_BLOW,
    ("lock", None): CommandKind.DOOR_LOCK,
    ("unlock", None): CommandKind.DOOR_UNLOCK,
    ("climate", "start"): CommandKind.CLIMATE_START,
    ("climate", "stop"): CommandKind.CLIMATE_STOP,
    ("charge", "start"): CommandKind.CHARGE_START,
    ("charge", "stop"): CommandKind.CHARGE_STOP,
}


def _status(options: Namespace) -> int:
    vin = None if options.vin is None else vin_of(options.vin)
    _observer(options)

    async def work(app: App) -> int:
        if vin is not None:
            show([await app.car(vin)], as_json=options.json, one=True)
            return OK
        poll = await app.poll()
        show(app.garage.vehicles.values(), as_json=options.json)
        return report_errors(options.program, app.garage, poll)

    return run_app(options, work)


def _doctor(options: Namespace) -> int:
    async def work(app: App) -> int:
        poll = await app.poll()
        explain_cars(app.source, app.garage.vehicles.values(), poll, as_json=options.json)
        return OK

    return run_app(options, work)


def _fingerprint(options: Namespace) -> int:
    _observer(options)

    async def work(app: App) -> int:
        try:
            poll = await app.poll()
        finally:
            # Responses with errors are the most useful ones for developers
            if (recording := app.source.recording()).answers:
                write_fingerprint(options.output, [recording], app.redactor)
        return report_errors(options.program, app.garage, poll)

    return run_app(options, work)


def _plain(options: Namespace) -> int:
    kind = _PLAIN[options.command.name, options.words.get("action")]
    return _send(options, Command(kind))


def _settings(options: Namespace) -> int:
    target, limit = options.target_soc, options.ac_limit
    # The limit first, so that the target is not sent if the car does not support the limit
    commands: list[Command] = [] if limit is None else [AcLimit(limit)]
    commands += [] if target is None else [TargetSoc(target)]
    return _send(options, *commands)


def _profile(options: Namespace) -> int:
    mode, preconditioning = options.charging_mode, options.precondition_climate
    if mode is None and preconditioning is None:
        return _send(options)
    return _send(options, ChangeProfile(mode and ChargingMode(mode), preconditioning))


def _send(options: Namespace, *commands: Command) -> int:
    vin = vin_of(options.words["vin"])
    if not commands:
        raise InvalidValueError("at least one option is needed")

    async def work(app: App) -> int:
        vehicle = await app.car(vin)
        for command in commands:
            app.garage.commander(vehicle, command.kind)
        for command in commands:
            await app.send(vin, command)
        return OK

    return run_app(options, work)


def _find(options: Namespace) -> int:
    vin, observer = vin_of(options.words["vin"]), _observer(options)

    async def work(app: App) -> int:
        vehicle = await app.car(vin)
        before = vehicle[POSITION]
        await app.send(vin, Command(CommandKind.VEHICLE_FINDER))
        if vehicle[POSITION] is before:
            # BMW may not return the position, in particular without an observer; the state does
            await app.poll(vin)
        position = vehicle.value(POSITION)
        place = position and {"latitude": position.latitude, "longitude": position.longitude}
        heading, address = vehicle.value(HEADING), vehicle.value(ADDRESS)
        say_json({"gps_position": place, "heading": heading, "address": address})
        return OK

    return run_app(options, work, observer)


def _image(options: Namespace) -> int:
    vin = vin_of(options.words["vin"])

    async def work(app: App) -> int:
        await app.car(vin)
        missing = False
        for view in VIEWS:
            try:
                picture = await app.garage.image(vin, view)
            except (ApiError, AnswerError) as error:
                note(f"{options.program}: {view}: {explanation(error)}")
                missing = True
                continue
            say(str(write_file(options.output or Path(), f"{view.lower()}.png", picture)))
        return FAILED if missing else OK

    return run_app(options, work)


def _send_poi(options: Namespace) -> int:
    poi = PointOfInterest(
        _place(options),
        name=options.name,
        street=options.street,
        postal_code=options.postalcode,
        city=options.city,
        country=options.country,
    )
    return _send(options, SendPoi(poi))


def _send_poi_from_address(options: Namespace) -> int:
    vin = vin_of(options.words["vin"])
    url = options.geocoder or os.environ.get("MYBMW_GEOCODER") or NOMINATIM
    geocode = nominatim(url)

    async def work(app: App) -> int:
        found = await geocode(app.client, " ".join(options.address))
        if found is None:
            raise CommandError("Address not found")
        place = {"street": found.street, "postal_code": found.postal_code}
        poi = PointOfInterest(
            found.position, options.name, city=found.city, country=found.country, **place
        )
        await app.car(vin)
        await app.send(vin, SendPoi(poi))
        return OK

    return run_app(options, work)


def _observer(options: Namespace) -> Position | None:
    """Return the position of the user, None if it is not given; raise `InvalidValueError`."""
    given = "latitude" in options.words
    return _place(options) if given else None


def _place(options: Namespace) -> Position:
    """Return the position in the positional arguments; raise `InvalidValueError`."""
    try:
        latitude, longitude = (float(options.words[name]) for name in ("latitude", "longitude"))
    except ValueError, KeyError:
        raise InvalidValueError("latitude and longitude have to be two numbers") from None
    return PointOfInterest(Position(latitude, longitude)).position


def _switch(text: str) -> bool:
    words = {"true": True, "on": True, "yes": True, "false": False, "off": False, "no": False}
    if text.lower() not in words:
        raise ArgumentTypeError("it has to be true or false, on or off, yes or no")
    return words[text.lower()]


_CAR: Final = Word("VIN", "the vehicle identification number")
_START_STOP: Final = Word("ACTION", "start or stop", choices=("start", "stop"))
_HERE: Final = (
    Word("LATITUDE", "where you are, in degrees", optional=True),
    Word("LONGITUDE", "where you are, in degrees", optional=True),
)
_UNUSED: Final = (
    Word("LATITUDE", "not used, taken for the sake of old scripts", optional=True),
    Word("LONGITUDE", "not used either", optional=True),
)
_POI: Final = (
    Word("LATITUDE", "of the destination, -90 to 90 degrees"),
    Word("LONGITUDE", "of the destination, -180 to 180 degrees"),
)
STATUS_OPTIONS: Final = (
    option("-j", "--json", action="store_true", help="one line of JSON instead of text"),
    option("-v", "--vin", metavar="VIN", help="this car only"),
)
_SETTINGS_OPTIONS: Final = (
    option("--target-soc", metavar="PERCENT", type=int, help="charge up to 20 ... 100, by fives"),
    option("--ac-limit", metavar="AMPERE", type=int, help="draw at most this from an AC charger"),
)
_PROFILE_OPTIONS: Final = (
    option(
        "--charging-mode",
        metavar="MODE",
        type=str.upper,
        choices=[mode.value for mode in ChargingMode],
        help=f"one of {', '.join(ChargingMode)}",
    ),
    option(
        "--precondition-climate",
        metavar="SWITCH",
        type=_switch,
        help="whether the cabin is preconditioned for departures: true or false",
    ),
)
_POI_OPTIONS: Final = (
    option("--name", help="name of the destination (default: its street, else its coordinates)"),
    option("--street", help="street and house number, to be shown only"),
    option("--city", help="city, to be shown only"),
    option("--postalcode", help="postal code, to be shown only"),
    option("--country", help="country, to be shown only"),
)
_ADDRESS_OPTIONS: Final = (
    option(
        "-n", "--name", help="name of the destination (default: its street, else its coordinates)"
    ),
    option(
        "-a",
        "--address",
        metavar="WORD",
        nargs="+",
        required=True,
        help="the address, such as: Street 17, city, postal code, country",
    ),
    option(
        "--geocoder",
        metavar="URL",
        help=f"the Nominatim server that knows addresses (MYBMW_GEOCODER, else {NOMINATIM})",
    ),
)

_JSON, _ = STATUS_OPTIONS

COMMANDS: Final = (
    SubCommand("status", "Show what the cars report", _status, _UNUSED, STATUS_OPTIONS),
    SubCommand(
        "fingerprint",
        "Save anonymised answers of BMW, for developers",
        _fingerprint,
        _UNUSED,
        (OUTPUT,),
    ),
    SubCommand(
        "doctor", "Read the cars, and explain why values are old or missing", _doctor, (), (_JSON,)
    ),
    SubCommand("lightflash", "Flash the lights", _plain, (_CAR,)),
    SubCommand("horn", "Blow the horn", _plain, (_CAR,)),
    SubCommand("lock", "Lock the doors", _plain, (_CAR,)),
    SubCommand("unlock", "Unlock the doors", _plain, (_CAR,)),
    SubCommand("climate", "Start or stop the climate control", _plain, (_CAR, _START_STOP)),
    SubCommand("vehiclefinder", "Ask a car where it is", _find, (_CAR, *_HERE)),
    SubCommand(
        "chargingsettings",
        "Set how far and how strongly a car charges",
        _settings,
        (_CAR,),
        _SETTINGS_OPTIONS,
    ),
    SubCommand("chargingprofile", "Set when a car charges", _profile, (_CAR,), _PROFILE_OPTIONS),
    SubCommand("charge", "Start or stop charging", _plain, (_CAR, _START_STOP)),
    SubCommand("image", "Save twelve pictures of a car", _image, (_CAR,), (OUTPUT,)),
    SubCommand("sendpoi", "Send a destination to a car", _send_poi, (_CAR, *_POI), _POI_OPTIONS),
    SubCommand(
        "sendpoi_from_address",
        "Send an address to a car as its destination",
        _send_poi_from_address,
        (_CAR,),
        _ADDRESS_OPTIONS,
    ),
)
"""The sub-commands in the order in which help shows them."""
