"""What the command line asks for."""

import argparse
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
import socket
from typing import Final, TextIO

from tests.replay.fingerprints import BUNDLED, FingerprintError, RecordedCar, load

HOST: Final = "127.0.0.1"
_REPOSITORY: Final = Path(__file__).parents[3]
_PORT: Final = 8123
_SOURCES: Final = ("mybmw", "cardata")

_DESCRIPTION: Final = """\
Start a real Home Assistant with a simulated account, whose cars are recorded answers of the
MyBMW API. Nothing leaves this machine. Cars, dashboard and log-in are ready within a minute;
Ctrl-C stops it.
"""
_EPILOG: Final = """\
The simulated service can be made to fail, through the port after Home Assistant's:
  curl -X POST localhost:8124/fail/no_network          until healed; other faults: GET /
  curl -X POST 'localhost:8124/fail/quota?endpoint=state&times=3&vin=WBY0FINGERPRINT01'
  curl -X POST localhost:8124/heal
  curl localhost:8124/calls                            the requests so far
"""


class UsageError(Exception):
    """What was asked for cannot be done; the text tells why."""


@dataclass(frozen=True, slots=True)
class Options:
    """What to start; without `config` the configuration is thrown away afterwards."""

    cars: tuple[RecordedCar, ...]
    config: Path | None
    port: int
    smoke: bool

    @property
    def url(self) -> str:
        """Where Home Assistant answers."""
        return f"http://localhost:{self.port}"


def parse(arguments: Sequence[str], stdout: TextIO) -> Options:
    """Read the command line and the recorded cars; raise `UsageError`."""
    parser = _parser()
    if {"-h", "--help"} & set(arguments):
        parser.print_help(stdout)
        parser.exit()
    asked = parser.parse_args(arguments)
    if "cardata" in asked.source:
        raise UsageError("the source cardata cannot be simulated yet; mybmw can")
    port = asked.port if asked.port is not None else 0 if asked.smoke else _PORT
    return Options(
        cars=_chosen(_recorded(asked.fingerprints or [BUNDLED]), asked.vin),
        config=asked.config or (None if asked.smoke else _REPOSITORY / "config"),
        port=_free(port),
        smoke=asked.smoke,
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
        metavar="DIR",
        action="append",
        help="replay the cars in this folder and its sub-folders, not the bundled ones "
        "(repeatable)",
    )
    more("--vin", action="append", default=[], help="only the car with this VIN (repeatable)")
    more(
        "--source",
        choices=_SOURCES,
        action="append",
        default=[],
        help="the source of the account (repeatable; default: all there are)",
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
    return parser


def _recorded(folders: Iterable[Path]) -> dict[str, RecordedCar]:
    try:
        return {car.vin: car for folder in folders for car in load(folder)}
    except FingerprintError as error:
        raise UsageError(str(error)) from error


def _chosen(cars: dict[str, RecordedCar], vins: Iterable[str]) -> tuple[RecordedCar, ...]:
    wanted = dict.fromkeys(vin.upper() for vin in vins)
    if unknown := wanted.keys() - cars.keys():
        raise UsageError(
            f"no recorded car {', '.join(sorted(unknown))}; there are {', '.join(cars)}"
        )
    return tuple(cars[vin] for vin in wanted or cars)


def _free(port: int) -> int:
    """Return the port, or any free one for 0, if Home Assistant can have it."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError, OverflowError:
            raise UsageError(f"port {port} is not free; choose another one with --port") from None
        return int(probe.getsockname()[1])
