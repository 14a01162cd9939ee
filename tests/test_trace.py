"""The way of a value from BMW to a state, as `script/trace-value` prints it."""

import json
from pathlib import Path
import subprocess
import sys
from typing import Final

ROOT: Final = Path(__file__).parents[1]
MOST: Final = {"MyBMW value": 12, "MQTT payload": 12}
"""How many files a value may pass."""


def test_way_of_a_value() -> None:
    """It is short, begins at a source, ends at an entity, and does not go back above the garage."""
    command = [sys.executable, "-m", "script.lib.trace", "--json"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, check=True, timeout=120)
    ways = json.loads(done.stdout)
    assert ways.keys() == MOST.keys()
    for name, way in ways.items():
        assert way["entered_again"] == [], name
        assert len(way["files"]) <= MOST[name], way["files"]
        assert way["files"][-1] == "sensor.py"
        assert "client/core/garage.py" in way["files"]
