"""Run a simulated backend until it is stopped."""

import argparse
import asyncio
from collections.abc import Callable, Coroutine, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
import sys
from typing import Final

from tests.replay.connecteddrive import BUNDLED, SimulatedConnectedDrive, load
from tests.replay.connecteddrive.control import USAGE, controlled
from tests.replay.connecteddrive.endpoints import LOGINS
from tests.replay.connecteddrive.service import KEY, PASSWORD, SECRET, USERNAME
from tests.replay.fingerprints import FingerprintError
from tests.replay.serving import serving

_HOST: Final = "127.0.0.1"
_PORT: Final = 8099


async def connecteddrive(asked: argparse.Namespace) -> int:
    """Serve the legacy ConnectedDrive API; return the exit status."""
    try:
        recordings = load(asked.fingerprints or BUNDLED)
    except FingerprintError as error:
        print(f"emulator: {error}", file=sys.stderr)
        return 2
    sim = SimulatedConnectedDrive(
        recordings.cars,
        commands=recordings.commands,
        answer=asked.security_answer,
        lifetime=asked.lifetime,
        bare_list=asked.bare_list,
        fresh=not asked.as_recorded,
        token_path=asked.login,
        speed=0 if asked.as_recorded else asked.speed,
    )
    async with serving(controlled(sim), _HOST, asked.port) as url:
        cars = "\n".join(f"  {vin}  {car.entry.get('model', '')}" for vin, car in sim.cars.items())
        print(_welcome(url, cars), flush=True)
        await asyncio.Event().wait()
    return 0


def _welcome(url: str, cars: str) -> str:
    return f"""\
The legacy ConnectedDrive API answers at {url}
user {USERNAME}, password {PASSWORD}, API key {KEY}, API secret {SECRET}
{cars}
{USAGE}"""


_BACKENDS: Final[Mapping[str, Callable[[argparse.Namespace], Coroutine[None, None, int]]]] = {
    "connecteddrive": connecteddrive
}


def parse(arguments: Sequence[str]) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(prog="script/emulator", description=__doc__)
    more = parser.add_argument
    more("name", choices=_BACKENDS)
    more("--port", type=int, default=_PORT, help=f"default: {_PORT}; 0 takes a free one")
    more(
        "--fingerprints",
        type=Path,
        metavar="DIR",
        help="replay recordings in the old form of bimmer_connected: vehicles.json, and a folder "
        "a car (default: made-up cars)",
    )
    more("--as-recorded", action="store_true", help="keep the times of states as they are")
    more("--bare-list", action="store_true", help="list cars without an object around them")
    more("--lifetime", type=int, default=28_800, help="seconds that a token lives")
    more("--login", choices=LOGINS, default=LOGINS[0], help="where clients of which year log in")
    more("--speed", type=float, default=1.0, help="how many times faster cars charge (default: 1)")
    more("--security-answer", help="what has to be sent to unlock a car")
    return parser.parse_args(arguments)


def main() -> int:
    """Return the exit status."""
    asked = parse(sys.argv[1:])
    with suppress(KeyboardInterrupt):
        return asyncio.run(_BACKENDS[asked.name](asked))
    return 0


if __name__ == "__main__":
    sys.exit(main())
