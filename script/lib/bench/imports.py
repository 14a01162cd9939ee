"""What loading the integration costs: the CPU of its imports in a fresh interpreter.

Home Assistant and the platforms that it has itself are there already; ours are the package, the
config flow and its own platforms, with what only they need, and what sets up the one source that
the account has.
"""

from collections.abc import Iterator
from pathlib import Path
from statistics import median
import subprocess
import sys
from typing import Final

from .figure import Figure

_ROOT: Final = Path(__file__).parents[3]
_GOAL: Final = 70.0
_ROUNDS: Final = 7
_PLATFORMS: Final = (
    "binary_sensor, button, device_tracker, diagnostics, event, image, lock, notify, number,"
    " select, sensor, switch"
)
_SOURCES: Final = {"cardata": "CarData", "mybmw": "MyBMW"}


def _script(source: str) -> str:
    return f"""
import homeassistant.bootstrap, homeassistant.components.http, homeassistant.components.repairs
from homeassistant.components import {_PLATFORMS}
import httpx
from time import process_time
started = process_time()
from custom_components.mybmw import config_flow, {_PLATFORMS}
from custom_components.mybmw.sources import {source}
print(process_time() - started)
"""


def figures() -> Iterator[Figure]:
    """Measure the median of some interpreters for each source, after one that compiles."""
    for source, title in _SOURCES.items():
        _seconds(source)
        taken = median(_seconds(source) for _ in range(_ROUNDS)) * 1e3
        name = f"CPU of the imports for {title}"
        yield Figure(name, round(taken, 1), "ms", "goal 70 ms", round(taken / _GOAL, 2))


def _seconds(source: str) -> float:
    command = [sys.executable, "-c", _script(source)]
    told = subprocess.run(command, cwd=_ROOT, check=True, capture_output=True)
    return float(told.stdout)
