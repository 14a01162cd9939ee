"""Taking secrets out, and keeping answers to replay (mybmw-app.md#recordings)."""

from time import process_time
from typing import Any, Final

import orjson
import pytest

from custom_components.mybmw.client import HIDDEN, Recording, Redactor, files
from custom_components.mybmw.client.core.json_paths import path_tree
from custom_components.mybmw.client.core.recording import Answer, Recorder
from custom_components.mybmw.client.core.values import Position

VIN = "WBY8P210507D12345"


def texts(recorder: Recorder) -> dict[str, str]:
    """Return the files that a recorder makes."""
    found = files([Recording(recorder.answers, paths=path_tree([("b",)]))], Redactor())
    return {name: content.decode() for name, content in found.items()}


def test_ring() -> None:
    """Library API helpers: the newest answers are kept, one per name."""
    kept = Recorder(size=10)
    for number in range(12):
        kept.add(f"file-{number}", Answer("application/json", b"{}"))
    kept.add("file-2", Answer("application/json", b"[]"))
    kept.add("file-12", Answer("application/json", b"{}"))
    assert list(texts(kept)) == [
        f"file-{number}.json" for number in (4, 5, 6, 7, 8, 9, 10, 11, 2, 12)
    ]


@pytest.mark.parametrize(
    ("body", "name", "text"),
    [
        (b'{"b": 1, "a": []}', "x.json", '{\n    "a": [],\n    "b": 1\n}'),
        (b"[]", "x.json", "[]"),
        (b"", "x.txt", "NO CONTENT"),
        (b"Blocked", "x.txt", "Blocked"),
        (b"\xff\xfe", "x.txt", "��"),
        (b'{"broken', "x.txt", '{"broken'),
    ],
)
def test_files(body: bytes, name: str, text: str) -> None:
    """Library API helpers, mybmw-app.md#recordings: JSON is sorted, text is as it came."""
    kept = Recorder()
    kept.add("x", Answer("application/json", body))
    assert texts(kept) == {name: text}


def test_pictures_are_left_out() -> None:
    kept = Recorder()
    kept.add("x", Answer("image/png", b"\x89PNG"))
    assert texts(kept) == {}


def test_redaction_by_key() -> None:
    """Library API helpers: what is hidden by its name, whatever the value."""
    data = Redactor().data(
        {
            "latitude": 48.1,
            "lon": "11.5",
            "lng": 5,
            "heading": 200,
            "licensePlate": "M-XY 1",
            "postal_code": 80809,
            "Street": {"deep": 1},
            "city": None,
            "gcid": "abc",
            "access_token": "def",
            "sessionId": "ghi",
            "formattedAddress": "Home",
            "kept": ["Home", 7, None, True, 1.5],
            "empty": [],
        }
    )
    assert data == {
        "latitude": 12.3456,
        "lon": "34.5678",
        "lng": 34.5678,
        "heading": 123,
        "licensePlate": "some_license_plate",
        "postal_code": 999,
        "Street": {"deep": 999},
        "city": None,
        "gcid": HIDDEN,
        "access_token": HIDDEN,
        "sessionId": HIDDEN,
        "formattedAddress": "some_formatted_address",
        "kept": ["Home", 7, None, True, 1.5],
        "empty": [],
    }


def test_redaction_of_lists() -> None:
    """Pairs of coordinates, and values that are nested too deep."""
    deep: Any = "here"
    for _ in range(2000):
        deep = [deep]
    found = Redactor().data({"coordinates": [11.5, 48.1], "deep": deep})
    assert isinstance(found, dict)
    assert found["coordinates"] == [12.3456, 34.5678]
    assert HIDDEN in str(found["deep"])
    assert "here" not in str(found["deep"])


def test_vins() -> None:
    """Library API helpers: the same VIN gets the same number, in keys, lists and texts."""
    redactor = Redactor()
    other = "WMW0000000A000001"
    data = redactor.data({VIN: [other, f"car {VIN.lower()}."], "vin": VIN})
    first, second = "WBY0FINGERPRINT01", "WMW0FINGERPRINT02"
    assert data == {"WBY0FINGERPRINT01": [second, f"car {first}."], "vin": first}
    assert redactor.text(f"{first} {other}") == f"{first} {second}"


@pytest.mark.parametrize(
    "text",
    [
        "Am Olympiapark 1",
        "com.bmwgroup.driversguide.row",
        "ABCDEFGHJKLMNPRST",
        "2026-11-10T12:00:00.000Z",
        "5d1c7e3a-94b2-4f60-8a17-c26be0f3d941",
        "WBA123",
    ],
)
def test_public_text_is_kept(text: str) -> None:
    """Library API helpers: public text stays."""
    assert Redactor().text(text) == text


@pytest.mark.parametrize(
    ("text", "hidden"),
    [
        ("Bearer abc.def", f"Bearer {HIDDEN}"),
        ("Basic c2VjcmV0", f"Basic {HIDDEN}"),
        ("token eyJhbGciOi.eyJqdGki.c2ln!", f"token {HIDDEN}!"),
        ("Access denied for 203.0.113.7.", f"Access denied for {HIDDEN}."),
        ("version 11.2.3.4.5, at 10.11.2026", "version 11.2.3.4.5, at 10.11.2026"),
        ("captcha P1_eYJ0.x-y", f"captcha {HIDDEN}"),
        ("write to jane.doe@example.org now", f"write to {HIDDEN} now"),
    ],
)
def test_what_may_be_secret(text: str, hidden: str) -> None:
    assert Redactor().text(text) == hidden


def test_learnt_secrets() -> None:
    """Longer secrets go first; very short ones would hide half of the text."""
    redactor = Redactor()
    redactor.learn("horse", "correct-horse", "abc", "", None)
    assert redactor.text("correct-horse abc horse") == f"{HIDDEN} abc {HIDDEN}"
    assert redactor.data(("horse", {1: Position(1, 2)})) == [
        HIDDEN,
        {"1": "Position(latitude=12.3456, longitude=34.5678)"},
    ]


def test_descriptors_of_cardata() -> None:
    """A descriptor is a path, its value one level below; units and times stay."""
    place = "vehicle.cabin.infotainment.navigation.currentLocation"
    time = "2026-11-01T08:00:00Z"
    data = {
        f"{place}.latitude": {"value": "48.1", "unit": "degrees", "timestamp": time},
        f"{place}.longitude": {"value": 11.5, "timestamp": time},
        f"{place}.altitude": {"value": None},
        "vehicle.vehicle.travelledDistance": {"value": "7", "unit": "km"},
    }
    assert Redactor().data(data) == {
        f"{place}.latitude": {"value": "12.3456", "unit": "degrees", "timestamp": time},
        f"{place}.longitude": {"value": 34.5678, "timestamp": time},
        f"{place}.altitude": {"value": None},
        "vehicle.vehicle.travelledDistance": {"value": "7", "unit": "km"},
    }


LONG: Final = 100_000


@pytest.mark.parametrize(
    "content",
    [
        f"@{'a' * LONG}",
        f"a@{'b' * LONG}",
        f"1.2345{' ' * LONG}x",
        {"name": "abcd " * LONG},
        {f"a{number}@example.org": 1 for number in range(LONG // 5)},
        [f"WBA{number:010}{number % 10_000:04}" for number in range(LONG // 10)],
    ],
    ids=["mail", "host", "place", "name", "keys", "vins"],
)
def test_long_answers(content: Any) -> None:
    """Whatever BMW answers, what it takes grows no faster than the answer."""
    kept = Recorder()
    kept.add("x", Answer("", orjson.dumps(content)))
    started = process_time()
    texts(kept)
    assert process_time() - started < 5
