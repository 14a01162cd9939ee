"""Measure bimmer_connected in the environment in which it is installed.

A line of input is a folder with the responses about a car. The output is the minimum of several
rounds in seconds, from the bytes of a state to objects; null if it cannot be read.
"""

from contextlib import redirect_stdout
import importlib
import io
import json
import logging
from pathlib import Path
import sys
from time import perf_counter
from types import SimpleNamespace
from typing import Any

_ROUNDS = 21
_CALLS = 50


def _car() -> Any:
    vehicle = importlib.import_module("bimmer_connected.vehicle.vehicle")
    regions = importlib.import_module("bimmer_connected.const")
    account = SimpleNamespace(region=regions.Regions.REST_OF_WORLD)
    return vehicle.MyBMWVehicle(account, {"vin": "WBA0BENCHMARK0001", "attributes": {}})


def _seconds(car: Any, answer: bytes) -> float:
    results = []
    for _ in range(_ROUNDS):
        started = perf_counter()
        for _ in range(_CALLS):
            car.update_state(json.loads(answer))
        results.append((perf_counter() - started) / _CALLS)
    return min(results)


logging.disable(logging.CRITICAL)
for line in sys.stdin:
    profile, answer = (Path(line.strip()) / name for name in ("profile.json", "state.json"))
    car = _car()
    try:
        with redirect_stdout(io.StringIO()):  # it prints unknown values
            car.update_state({"attributes": json.loads(profile.read_bytes())})
            seconds = _seconds(car, answer.read_bytes())
    except ValueError, AttributeError:
        seconds = 0.0
    print(json.dumps(seconds or None), flush=True)
