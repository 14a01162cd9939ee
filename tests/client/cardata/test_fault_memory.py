"""The fault memory in every form that BMW sends it in (story C05 of the field)."""

from datetime import UTC, datetime
import json
from typing import Any, Final

import pytest

from custom_components.mybmw.client import Vehicle, attributes as a
from custom_components.mybmw.client.cardata.car_state import CarState
from custom_components.mybmw.client.cardata.readings import read_values
from custom_components.mybmw.client.core.descriptors import attribute_of

FAULTS: Final = "vehicle.electronicControlUnit.diagnosticTroubleCodes.raw"
NOW: Final = datetime(2026, 11, 12, 12, tzinfo=UTC)
TWELVE: Final = (
    "11,9A01B2;12,8052A0;99,B7F805;86,801A4C;5,21A0F1;86,801A4D;11,8052A1;99,B7F806;"
    "40,801C40;1,D35555;2,CD9420;71,D01442"
)
TWO: Final = ("9A01B2", "8052A0")


def read(value: Any) -> tuple[Vehicle, CarState]:
    """Return a car that has sent this value."""
    vehicle, memory = Vehicle("VIN"), CarState()
    data = {FAULTS: {"value": value, "timestamp": NOW.isoformat(), "unit": None}}
    vehicle.update(read_values(data, memory, NOW))
    return vehicle, memory


def test_text_of_twelve() -> None:
    vehicle, memory = read(TWELVE)
    assert vehicle.value(attribute_of(FAULTS)) == 12
    codes = vehicle.value(a.FAULT_CODES) or ()
    assert (len(codes), codes[0], codes[-1]) == (12, "9A01B2", "D01442")
    assert not memory.problems


@pytest.mark.parametrize(
    "value",
    [
        "11,9A01B2;12,8052A0",
        "11,9A01B2;12,8052A0;",
        "0010,9A01B2;0012,8052A0",
        "11,9A01B2\n12,8052A0",
        "11,9A01B2\r\n12,8052A0\r\n",
        "11,9A01B2,12,8052A0",
        "DME:9A01B2|DSC:8052A0",
        "9A01B2,8052A0",
        "9A01B2, 8052A0",
        "9A01B2;8052A0",
        "9A01B2 8052A0",
        "[9A01B2, 8052A0]",
        "['9A01B2', '8052A0']",
        "<faults><code>9A01B2</code><code>8052A0</code></faults>",
        "<faults><dtc code='9A01B2'/><dtc code='8052A0'/></faults>",
        list(TWO),
        ["11,9A01B2", "12,8052A0"],
        json.dumps(TWO),
        json.dumps(json.dumps(TWO)),
        json.dumps([{"code": code, "ecu": "11"} for code in TWO]),
        json.dumps([json.dumps({"code": code}) for code in TWO]),
        json.dumps({"codes": TWO}),
        {"codes": list(TWO)},
        json.dumps({"codes": "11,9A01B2;12,8052A0"}),
        json.dumps({"faultCount": 2, "faults": [{"dtc": code} for code in TWO]}),
        json.dumps({"units": {"11": ["9A01B2"], "12": ["8052A0"], "13": []}}),
        json.dumps([{"ecu": "11", "codes": TWO}, {"ecu": "12", "codes": []}]),
    ],
)
def test_forms(value: Any) -> None:
    vehicle, memory = read(value)
    assert vehicle.value(attribute_of(FAULTS)) == 2
    assert vehicle.value(a.FAULT_CODES) == TWO
    assert not memory.problems


@pytest.mark.parametrize("value", ["9A01B2", "11,9A01B2", "P0420", '["9A01B2"]', "0x9A01"])
def test_one(value: str) -> None:
    assert read(value)[0].value(attribute_of(FAULTS)) == 1


@pytest.mark.parametrize("value", ["[]", [], '{"codes": []}', {"codes": []}, '{"ecus": {"1": []}}'])
def test_none(value: Any) -> None:
    vehicle, _ = read(value)
    assert vehicle.value(attribute_of(FAULTS)) == 0
    assert vehicle.value(a.FAULT_CODES) == ()


@pytest.mark.parametrize(
    "value",
    [
        '{"codes": ["9A0',
        '["9A01B2"',
        "no faults were found",
        '{"a": {"b": 1}}',
        "65535",
        "[" * 900 + "]" * 900,
        [[[[[[[[[[[[1]]]]]]]]]]]],
        '"' * 400,
        7.5,
    ],
)
def test_nonsense(value: Any) -> None:
    """It is counted as a problem, once, and says nothing."""
    vehicle, memory = read(value)
    assert vehicle.value(attribute_of(FAULTS)) is None
    assert vehicle.value(a.FAULT_CODES) is None
    assert memory.problems == {FAULTS: 1}


def test_more_than_anybody_wants_to_see() -> None:
    """All faults are counted; a hundred codes are kept."""
    vehicle, _ = read(";".join(["11,9A01B2"] * 5_000))
    assert vehicle.value(attribute_of(FAULTS)) == 5_000
    codes = vehicle.value(a.FAULT_CODES) or ()
    assert len(codes) == 100


@pytest.mark.parametrize("text", ["<" * 200_000, ">" * 200_000, "code=" * 50_000, "0x" * 100_000])
def test_hostile_text_is_read_fast(text: str) -> None:
    assert read(text)[1].problems == {FAULTS: 1}
