"""The cars of the simulation report what the official schema allows."""

import os
from pathlib import Path

import pytest

from tests.replay.highmobility import bundled
from tests.replay.highmobility.schema import ENVIRONMENT_VARIABLE, read, violations

CARS = bundled()


@pytest.mark.parametrize("name", CARS)
def test_reduced_schema(name: str) -> None:
    assert violations(CARS[name].answer, read()) == []


@pytest.mark.skipif(ENVIRONMENT_VARIABLE not in os.environ, reason="no official schema")
@pytest.mark.parametrize("name", CARS)
def test_official_schema(name: str) -> None:
    """The reduced copy is a part of the official schema, which allows no more."""
    official = read(Path(os.environ[ENVIRONMENT_VARIABLE]))
    assert violations(CARS[name].answer, official) == []
    for key, node in read()["$defs"].items():
        known = official["$defs"][key]
        inside = (
            node.get("properties", {}).items() <= known["properties"].items()
            if "properties" in node
            else True
        )
        assert inside, key
        assert {**known, "properties": 0} == {**node, "properties": 0} or "properties" not in node


def test_it_finds_what_is_wrong() -> None:
    """A check that never fails checks nothing."""
    car = next(iter(CARS.values())).copy()
    car.tell("hood.position", "ajar", "yesterday")
    car.tell("charging.battery_level", "half", None)
    car.data["charging"]["status"] = {}
    assert sorted(violations(car.answer, read())) == [
        ".charging.battery_level.data: not of type number",
        ".charging.status: too few properties",
        ".hood.position.data: 'ajar' is not one of the words",
        ".hood.position.timestamp: not a time",
    ]


def test_there_are_enough_cars() -> None:
    assert len(CARS) >= 5
    assert {car.brand for car in CARS.values()} == {"bmw", "mini"}
