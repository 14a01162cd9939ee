"""The options of the command line."""

import argparse
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
import math
from pathlib import Path
import socket
from typing import Any, Final, TextIO

from tests.replay import cardata, fingerprints
from tests.replay.cardata import CarDataCar
from tests.replay.connecteddrive import BUNDLED as LEGACY_CARS, LegacyCar, load as load_legacy
from tests.replay.connecteddrive.recordings import Recordings
from tests.replay.fingerprints import FingerprintError, RecordedCar
from tests.replay.highmobility import AutoApiCar, recordings as fleets
from tests.replay.highmobility.cars import of_cardata

from .recordings import folder_of

HOST: Final = "127.0.0.1"
_REPOSITORY: Final = Path(__file__).parents[3]
_PORT: Final = 8123
_SPEED: Final = 60.0
_MOST_DAYS: Final = 400
_MAKES: Final = ("WBA", "WBY", "WMW")
_SOURCES: Final = ("mybmw", "cardata", "highmobility", "connecteddrive")
_USUAL: Final = ("mybmw", "cardata")
_RECOGNIZED: Final = _SOURCES

_DESCRIPTION: Final = """\
Start a real Home Assistant with a simulated account, whose cars are recorded answers of BMW
CarData and of the MyBMW API. The cars of CarData drive and charge, so that the dashboard moves.
Nothing leaves this machine. Cars, dashboard and log-in are ready within a minute; progress is
printed, and Ctrl-C stops it.
"""
_EPILOG: Final = """\
The simulated BMW is controlled through the port after Home Assistant's, where a browser finds a
page with buttons: http://localhost:8124
  curl localhost:8124/codes                            codes of CarData to approve
  curl -X POST localhost:8124/approve                  or /deny, /expire
  curl -X POST localhost:8124/unsubscribe/stream       or /unsubscribe/api, /subscribe/...
  curl -X POST localhost:8124/stream/steal             or /stream/refuse, /stream/accept, ...
  curl -X POST localhost:8124/fail/no_network          until healed; other faults: GET /
  curl -X POST 'localhost:8124/fail/quota?endpoint=state&times=3&vin=WBY0FINGERPRINT01'
  curl -X POST 'localhost:8124/fail/out_of_quota?source=cardata'
  curl -X POST localhost:8124/heal
  curl localhost:8124/calls                            the requests so far
With --source highmobility, an owner approves at http://localhost:8124/portal; the Auth URI of the
app is http://localhost:8124/oauth/new, the webhook is entered at http://localhost:8124/console.
  curl -X POST localhost:8124/event/trip_ended         with ?vin=; other events alike
  curl -X POST localhost:8124/event/recorded           the recorded webhooks again
  curl -X POST localhost:8124/clearance/revoked        with ?vin=; approved, rejected, ...
Cars of the legacy ConnectedDrive API do what GET / lists; they charge by their plan:
  curl -X POST 'localhost:8124/connecteddrive/drive?km=12&minutes=20'    with &vin=
  curl -X POST 'localhost:8124/connecteddrive/wait?minutes=90'
  curl -X POST 'localhost:8124/connecteddrive/fail?endpoint=status&status=408&times=3'
The command line asks this simulation too, with the client id that is shown:
  eval "$(curl -s localhost:8124/environment)"
  mybmw --oauth-store simulated.json cardata login ID   then approve the code as above
  mybmw --oauth-store simulated.json status driver@example.com correct-horse rest_of_world \
    --captcha-token P1_any
"""


class UsageError(Exception):
    """The options cannot be used, for the reason in the message."""


@dataclass(frozen=True, slots=True)
class Options:
    """The options; without `config`, the configuration is deleted afterwards."""

    cars: tuple[RecordedCar, ...]
    cardata: tuple[CarDataCar, ...]
    fleet: tuple[AutoApiCar, ...]
    legacy: Recordings
    speed: float
    config: Path | None
    port: int
    smoke: bool
    empty: bool
    states: bool
    days: int

    @property
    def vins(self) -> set[str]:
        """The cars of all sources."""
        known = {car.vin for car in self.cars} | {car.vin for car in self.cardata}
        known |= {car.vin for car in self.fleet}
        return known | {car.vin for car in self.legacy.cars}

    @property
    def url(self) -> str:
        """The URL of Home Assistant."""
        return f"http://localhost:{self.port}"


def parse(arguments: Sequence[str], stdout: TextIO) -> Options:
    """Read the command line and the recorded cars; raise `UsageError`."""
    parser = _parser()
    if {"-h", "--help"} & set(arguments):
        parser.print_help(stdout)
        parser.exit()
    asked = parser.parse_args(arguments)
    sources = asked.source or (_RECOGNIZED if asked.fingerprints else _USUAL)
    folders = _folders(asked.fingerprints or ())
    app, official, fleet = _recordings(folders, sources, asked.source)
    legacy = _legacy(folders, sources, asked.source)
    known = {*app, *official, *fleet, *(car.vin for car in legacy.cars)}
    if not known:
        raise UsageError(f"no recorded car in {', '.join(map(str, asked.fingerprints))}")
    vins = _wanted(known, asked.vin)
    port = asked.port if asked.port is not None else 0 if asked.smoke else _PORT
    return Options(
        cars=tuple(car for vin, car in app.items() if vin in vins),
        cardata=tuple(car for vin, car in official.items() if vin in vins),
        fleet=tuple(car for vin, car in fleet.items() if vin in vins),
        legacy=Recordings([car for car in legacy.cars if car.vin in vins], legacy.commands),
        speed=math.inf if asked.smoke else asked.speed,
        config=asked.config or (None if asked.smoke else _REPOSITORY / "config"),
        port=_free(port),
        smoke=asked.smoke,
        empty=asked.empty,
        states=asked.states,
        days=asked.days,
    )


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="script/develop",
        description=_DESCRIPTION,
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    more = parser.add_argument
    more(
        "--fingerprints",
        type=Path,
        metavar="PATH",
        action="append",
        help="replay the cars in this folder and its sub-folders, in this ZIP archive of one, or "
        "in this diagnostics file of Home Assistant, not the bundled ones (repeatable)",
    )
    more("--vin", action="append", default=[], help="only the car with this VIN (repeatable)")
    more(
        "--source",
        choices=_SOURCES,
        action="append",
        default=[],
        help="the source of the account (repeatable; default: mybmw and cardata, or with "
        "--fingerprints those of which there are recordings)",
    )
    more(
        "--speed",
        type=float,
        default=_SPEED,
        help=f"how many times faster than real ones CarData's cars live (default: {_SPEED:g})",
    )
    more(
        "--days",
        type=int,
        choices=range(_MOST_DAYS + 1),
        default=0,
        metavar="N",
        help="let CarData's cars have driven and charged for so many days before the first start, "
        "for journals, statistics and the Energy dashboard (default: 0)",
    )
    more("--port", type=int, help=f"default: {_PORT}; with --smoke any free one")
    more(
        "--config",
        type=Path,
        metavar="DIR",
        help="Home Assistant's configuration, kept for the next start "
        "(default: config/ in the repository; with --smoke a temporary one)",
    )
    more(
        "--smoke",
        action="store_true",
        help="start, wait until all is settled, print a report as JSON, and stop; "
        "exit status 0 if nothing is wrong",
    )
    more(
        "--empty",
        action="store_true",
        help="set up no account: you do it, as with the real BMW, and approve the code on the page "
        "that controls the simulation",
    )
    more("--states", action="store_true", help="with --smoke, list all states in the report too")
    return parser


def _folders(paths: Sequence[Path]) -> list[Path]:
    try:
        return [folder_of(path) for path in paths]
    except (OSError, ValueError) as error:
        raise UsageError(str(error)) from None


def _recordings(
    folders: Sequence[Path], sources: Sequence[str], needed: Sequence[str]
) -> tuple[dict[str, RecordedCar], dict[str, CarDataCar], dict[str, AutoApiCar]]:
    """Return the cars of sources by VIN; one that is not needed may have none.

    Cars of CarData have what they measured last at High Mobility, if that is asked for.
    """

    def recorded[C: (RecordedCar, CarDataCar, AutoApiCar)](
        load: Callable[[Path], Iterable[C]], bundled: Path, source: str
    ) -> dict[str, C]:
        if source not in sources:
            return {}
        return _recorded(load, folders or [bundled], must=source in needed)

    app = recorded(fingerprints.load, fingerprints.BUNDLED, "mybmw")
    official = recorded(cardata.load, cardata.BUNDLED, "cardata")
    if "highmobility" not in needed:
        return app, official, recorded(fleets.load, fleets.BUNDLED, "highmobility")
    others = _recorded(cardata.load, folders, must=False)
    usual = (car for car in others.values() if car.telematics and car.vin[:3] in _MAKES)
    made = {car.vin: of_cardata(car) for car in usual}
    found = _recorded(fleets.load, folders or [fleets.BUNDLED], must=not made)
    return app, official, {**made, **found}


def _legacy(folders: Sequence[Path], sources: Sequence[str], needed: Sequence[str]) -> Recordings:
    """Return the cars of the legacy ConnectedDrive API."""
    commands: dict[str, Any] = {}

    def cars(folder: Path) -> list[LegacyCar]:
        found = load_legacy(folder)
        commands.update(found.commands)
        return found.cars

    if "connecteddrive" not in sources:
        return Recordings()
    found = _recorded(cars, folders or [LEGACY_CARS], must="connecteddrive" in needed)
    return Recordings(list(found.values()), commands)


def _recorded[C: (RecordedCar, CarDataCar, LegacyCar, AutoApiCar)](
    load: Callable[[Path], Iterable[C]], folders: Iterable[Path], *, must: bool
) -> dict[str, C]:
    cars: dict[str, C] = {}
    problems: list[str] = []
    for folder in folders:
        try:
            cars |= {car.vin: car for car in load(folder)}
        except FingerprintError as error:
            problems.append(str(error))
    if not cars and must:
        raise UsageError("; ".join(problems))
    return cars


def _wanted(known: Iterable[str], vins: Iterable[str]) -> set[str]:
    wanted = {vin.upper() for vin in vins}
    known = set(known)
    if unknown := wanted - known:
        raise UsageError(
            f"no recorded car {', '.join(sorted(unknown))}; there are {', '.join(sorted(known))}"
        )
    return wanted or known


def _free(port: int) -> int:
    """Return the port, or a free one for 0; raise `UsageError` if it is in use."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError, OverflowError:
            raise UsageError(f"port {port} is not free; choose another one with --port") from None
        return int(probe.getsockname()[1])
