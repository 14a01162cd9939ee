"""Measure the CPU time of the integration's imports in a new interpreter.

Home Assistant and its platforms are imported before. Measured are the package, the config flow and
the platforms of the integration with their own dependencies, and the set-up of one source.
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
    "binary_sensor, button, calendar, device_tracker, diagnostics, event, image, lock, notify,"
    " number, select, sensor, switch"
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
    """Yield the median of several interpreters for each source, after one that compiles."""
    for source, title in _SOURCES.items():
        _seconds(source)
        taken = median(_seconds(source) for _ in range(_ROUNDS)) * 1e3
        name = f"CPU of the imports for {title}"
        yield Figure(name, round(taken, 1), "ms", "goal 70 ms", round(taken / _GOAL, 2))


def _seconds(source: str) -> float:
    command = [sys.executable, "-c", _script(source)]
    result = subprocess.run(command, cwd=_ROOT, check=True, capture_output=True)
    return float(result.stdout)
