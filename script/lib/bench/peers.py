"""Run bimmer_connected in an environment of its own, which is created when first needed."""

from collections.abc import Mapping
import json
from pathlib import Path
import subprocess
import sys
from tempfile import TemporaryDirectory
from typing import Final

import orjson

from tests.replay.fingerprints import RecordedCar

PEER: Final = "bimmer_connected 0.17.4"

_REQUIREMENT: Final = PEER.replace(" ", "==")
_HOME: Final = Path.home() / ".cache" / "mybmw" / "bench" / _REQUIREMENT
_PYTHON: Final = _HOME / "bin" / "python"
_TRY: Final = (_PYTHON, "-c", "import bimmer_connected")
_PATIENCE: Final = 300


def seconds_of_peer(cars: Mapping[str, RecordedCar]) -> dict[str, float | None]:
    """Return the seconds to parse the state of each car, None for one that it cannot read.

    Empty if the library cannot be installed.
    """
    if not _install():
        return {}
    with TemporaryDirectory() as parent:
        for name, car in cars.items():
            folder = Path(parent) / name
            folder.mkdir()
            (folder / "profile.json").write_bytes(orjson.dumps(car.profile))
            (folder / "state.json").write_bytes(orjson.dumps(car.state))
        lines = "".join(f"{Path(parent) / name}\n" for name in cars)
        script = str(Path(__file__).with_name("peer.py"))
        command = [str(_PYTHON), script]
        result = subprocess.run(command, input=lines.encode(), capture_output=True, check=True)
    return dict(zip(cars, map(json.loads, result.stdout.splitlines()), strict=True))


def _install() -> bool:
    """Install the library if needed; return whether it is installed."""
    if _PYTHON.exists() and not subprocess.run(_TRY, check=False, capture_output=True).returncode:
        return True
    make = [sys.executable, "-m", "venv", "--clear", str(_HOME)]
    install = [str(_PYTHON), "-m", "pip", "install", "--quiet", _REQUIREMENT]
    try:
        for command in (make, install):
            subprocess.run(command, check=True, capture_output=True, timeout=_PATIENCE)
    except OSError, subprocess.SubprocessError:
        return False
    return True
