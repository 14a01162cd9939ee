"""From any JSON to a value, to none, or to ValueError; and reading by table."""

from collections import Counter
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from typing import Any

from hypothesis import given, settings, strategies as st
import pytest

from custom_components.mybmw.client.core.attributes import Attribute
from custom_components.mybmw.client.core.convert import (
    Converter,
    UnknownWordError,
    boolean,
    day,
    integer,
    iso_time,
    mapping,
    member,
    note_unknown_word,
    number,
    sequence,
    text,
    timestamp,
    utc_time,
)
from custom_components.mybmw.client.core.json_reader import Reader, row
from custom_components.mybmw.client.mybmw.mapping import (
    argb,
    distance_left,
    limits,
    manufactured,
    season,
)
from custom_components.mybmw.client.mybmw.profile import clock

NOW = datetime(2026, 11, 10, 12, tzinfo=UTC)


class Color(StrEnum):
    RED = "RED"
    DARK_BLUE = "DARK_BLUE"


color = member(Color, NAVY=Color.DARK_BLUE)


@pytest.mark.parametrize(
    ("convert", "value", "expected"),
    [
        (number, 5, 5.0),
        (number, "5.5", 5.5),
        (number, " 7 ", 7.0),
        (number, -0.0, 0.0),
        (integer, 5.0, 5),
        (integer, "5", 5),
        (boolean, True, True),
        (boolean, "False", False),
        (boolean, "TRUE", True),
        (text, " i4 ", "i4"),
        (text, "x" * 300, "x" * 255),
        (text, "  ", None),
        (timestamp, "2026-11-10T12:00:00.5Z", datetime(2026, 11, 10, 12, 0, 0, 500000, UTC)),
        (timestamp, "2026-11-10T12:00:00+05:30", datetime(2026, 11, 10, 6, 30, tzinfo=UTC)),
        (timestamp, "1999-12-31T23:00:00Z", None),
        (timestamp, "0001-01-01T00:00:00Z", None),
        (timestamp, "0001-01-01T00:00:00+05:00", None),
        (timestamp, "9999-12-31T23:59:59-05:00", None),
        (iso_time, "2026-11-10T12:00:00+05:30", NOW - timedelta(hours=5, minutes=30)),
        (iso_time, "2026-11-10", datetime(2026, 11, 10)),
        (utc_time, "2026-11-10T12:00:00Z", NOW),
        (utc_time, "2026-11-10T17:30:00+05:30", NOW),
        (utc_time, "2026-11-10T12:00:00", None),
        (utc_time, "9999-12-31T23:59:59-05:00", None),
        *((utc_time, nonsense, None) for nonsense in (None, 7, "", "soon", "2026-11-31")),
        (day, "2027-05-01T23:59:59-11:00", date(2027, 5, 1)),
        (day, "2027-05-01", date(2027, 5, 1)),
        (day, "0001-01-01T00:00:00Z", None),
        (color, "red", Color.RED),
        (color, "Navy", Color.DARK_BLUE),
        (distance_left, 0, None),
        (distance_left, "0", None),
        (distance_left, 5, 5.0),
        (season, 0, None),
        (argb, "", None),
        (manufactured, "", None),
        *(
            (convert, null, None)
            for convert in (number, integer, boolean, text, timestamp, day, color, distance_left)
            for null in (None, "", "INVALID", "unknown", " Not_Available ", "null", "NaN")
        ),
    ],
)
def test_convert(convert: Converter[Any], value: object, expected: object) -> None:
    """Library utils: date parsing, and the like."""
    found = convert(value)
    assert found == expected
    assert type(found) is type(expected)


NONSENSE: dict[Converter[Any], tuple[object, ...]] = {
    number: (True, "x", [], {}, "inf", "1e999", 10**400),
    integer: (1.5, "1.5", False, "x"),
    boolean: (0, 1, "yes", "on", [], 1.0),
    text: (7, True, [], {"a": 1}),
    timestamp: ("soon", 7, "2026-11-10T12:00:00", "2026-11-10"),
    iso_time: (None, 7, [], "", "soon", "null"),
    day: ("14.05.2025", 7, [], "2027-13-01"),
    color: ("GREEN", 7, [], True),
    limits: (None, "6", {}, 6),
    clock: (None, "7:00", [], 700),
}


@pytest.mark.parametrize(
    ("convert", "value"),
    [(convert, value) for convert, values in NONSENSE.items() for value in values],
)
def test_nonsense(convert: Converter[Any], value: object) -> None:
    """Library utils: what cannot be read is an error, which the caller counts."""
    with pytest.raises(ValueError):
        convert(value)


@pytest.mark.parametrize("value", [None, [], "x", 7, {"a": 1}])
def test_shapes(value: object) -> None:
    assert mapping(value) == (value if isinstance(value, dict) else {})
    assert sequence(value) == (value if isinstance(value, list) else ())


ANY_JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text()
    | st.sampled_from(["24:00", "9999-12-31T23:59:59-23:59", "1e400", "١٢", "²"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["hour", "minute"]), inner, max_size=2)
    ),
    max_leaves=6,
)


@settings(max_examples=300, deadline=None)
@given(ANY_JSON)
def test_reader_never_raises(value: object) -> None:
    """Whatever comes, a converter answers, or its failure is counted."""
    kind = Attribute("x", object)
    converters = (
        *(number, integer, boolean, text, timestamp, day, color, clock),
        *(argb, season, manufactured, distance_left, limits),
    )
    for convert in converters:
        problems: Counter[str] = Counter()
        reader = Reader("test", NOW, problems)
        found = list(reader.rows({"a": {"b": value}}, [row("a.b", kind, convert)]))
        assert sum(item.value is not None for item in found) + problems["a.b"] <= 1


def test_rows() -> None:
    """What is missing, what is over, what is wrong."""
    lasting, passing = Attribute("lasting", float), Attribute("passing", float, transient=True)
    rows = (row("a.lasting", lasting, number), row("a.passing", passing, number))
    problems: Counter[str] = Counter()
    whole = Reader("test", NOW, problems, complete=True)
    part = Reader("test", NOW, problems)
    over = [passing.ended(NOW, "test")]
    assert list(whole.rows({}, rows)) == over
    assert list(whole.rows({"a": None}, rows)) == over
    assert list(whole.rows({"a": {"passing": None, "lasting": None}}, rows)) == over
    assert list(part.rows({"a": {"passing": None}}, rows)) == []
    assert not problems
    assert list(whole.rows({"a": {"passing": "x"}}, rows)) == []
    assert list(whole.inside("c").rows({"a": []}, rows)) == []
    assert list(whole.rows("text", rows)) == []
    assert problems == {
        "a.passing": 2,
        "c.a.passing": 1,
        "c.a.lasting": 1,
        "a.lasting": 1,
    }
    both = {"a": {"passing": 1, "lasting": "2"}}
    assert list(part.rows(both, rows)) == [
        lasting.at(2.0, NOW, "test"),
        passing.at(1.0, NOW, "test"),
    ]
    assert part.take(both, "a.lasting", number) == 2.0
    assert part.take(both, "a.nothing.there", number) is None
    assert NOW - timedelta(0) == part.time


@pytest.mark.parametrize(
    ("word", "shown"),
    [
        ("TRIPLE_LOCKED", "TRIPLE_LOCKED"),
        ("doorsTiltCabin", "doorsTiltCabin"),
        ("Wilhelmine", "not a constant"),
        ("Wilhelmine Quellenhofer", "not a constant"),
    ],
)
def test_unknown_words(word: str, shown: str, caplog: pytest.LogCaptureFixture) -> None:
    """A new constant is worth to know, a name is none."""
    caplog.set_level("INFO")
    problems = Counter[str]()
    for _ in range(2):
        note_unknown_word(problems, "place", UnknownWordError(word))
    assert caplog.messages == [f"Unknown value of place: {shown}"]
    assert problems["place"] == 2
