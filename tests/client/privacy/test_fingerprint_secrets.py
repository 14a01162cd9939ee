"""No secret comes out of a fingerprint, wherever in it and however written it stands."""

from collections.abc import Callable
from contextlib import suppress
from functools import partial
from itertools import cycle
import json
import re
from typing import Any, Final
from urllib.parse import quote, quote_plus, unquote

from hypothesis import given, settings, strategies as st
import orjson
import pytest

from custom_components.mybmw.client import Message, Recording, Redactor, files
from custom_components.mybmw.client.core.recording import Answer
from tests.client.support import NOW
from tests.client.support.owned import (
    BUNDLED,
    EMAIL,
    GCID,
    OWNER,
    PATHS,
    PLATE,
    Files,
    owned,
    recording,
)

VIN: Final = "WBA71DEM0SECRET42"
OTHER: Final = "WMWXM5C50KT912345"
TOKEN: Final = "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJ4In0.c2lnbmF0dXJl"
PLACE: Final = (48.137154, 11.576124)
PERSONAL: Final = {
    "owner": OWNER,
    "licensePlate": PLATE,
    "gcid": GCID,
    "latitude": PLACE[0],
    "longitude": PLACE[1],
    "vin": VIN,
}
NAME: Final = "Wilhelmine Quellenhofer"
NAMED: Final = {"firstName": "Wilhelmine", "lastName": "Quellenhofer"}
SPELLED: Final[tuple[str, ...]] = (
    *(VIN, VIN.lower(), OTHER, GCID, GCID.upper(), PLATE, PLATE.lower(), "QZX4711", "Q-ZX-4711"),
    *(NAME, NAME.upper(), "wilhelmine.quellenhofer", "Quellenhofer, Wilhelmine", "Wilhelmine"),
    *("Tulpengasse 17a", "TULPENGASSE", "Börkenhüttel", "BÖRKENHÜTTEL", "Boerkenhuettel"),
    *("+49 170 55512345", "+4917055512345", "0049-170-55512345", "CU0048151623", "cu0048151623"),
    *(EMAIL, TOKEN, f"Bearer {TOKEN}", "48.137154, 11.576124", "48.137154", "11.57612"),
    *(f"https://x.example/car?lat={PLACE[0]}&lon={PLACE[1]}&vin={VIN}", f"{GCID}/{VIN}"),
    f"https://x.example/{VIN}/?owner={quote(NAME)}&who={quote_plus(NAME)}#{quote('Börkenhüttel')}",
    f"https://x.example/?to={quote(f'https://y.example/?vin={VIN}&city=Börkenhüttel', safe='')}",
    *(json.dumps({"a": [NAME, {"vin": VIN}]}), json.dumps(json.dumps({"b": PLATE})), f"x_{VIN}_y"),
    *(json.dumps("Börkenhüttel"), f'{{"broken": "Tulpengasse 17a", "lat": {PLACE[0]}, "v": "{VIN}'),
)
NEEDLES: Final = (
    *("71dem0secret42", "xm5c50kt912345", "wilhelmine", "quellenhofer", "tulpengasse"),
    *("börkenhüttel", "boerkenhuettel", "zx4711", "zx 4711", "zx-4711", "55512345", "48151623"),
    *("eyjhbg", "c2lnbmf0dxjl", "48.1371", "11.5761", GCID[:13], GCID[-12:], "example.org"),
)


def read(text: str) -> set[str]:
    """Return a text as a careful reader would read it."""
    plain = text.lower().replace("\\", "")
    once = unquote(plain)
    return {text.lower(), plain, once, unquote(once)}


def leaks(found: Files) -> list[tuple[str, str, str]]:
    """Return what came out: the secret, the file and the text around it."""
    return [
        (needle, name, text[max(0, text.index(needle) - 60) :][:140])
        for name, content in found.items()
        for text in read(f"{name}\n{content.decode()}")
        for needle in NEEDLES
        if needle in text
    ]


def everywhere(value: Any, plant: Callable[[str], str]) -> Any:
    """Plant something into every text of JSON, and into the JSON that a text is."""
    if isinstance(value, dict):
        return {key: everywhere(item, plant) for key, item in value.items()}
    if isinstance(value, list):
        return [everywhere(item, plant) for item in value]
    if not isinstance(value, str):
        return value
    if value[:1] in ("{", "["):
        with suppress(ValueError):
            return json.dumps(everywhere(json.loads(value), plant))
    return plant(value)


def planted(source: Recording, plant: Callable[[str], str]) -> Recording:
    """Plant secrets into a recording; it has the owner's data besides."""
    answers = {
        name: Answer(answer.content_type, _planted(answer.body, plant))
        for name, answer in source.answers.items()
    }
    answers["personal"] = Answer("application/json", orjson.dumps(PERSONAL))
    messages = [
        Message(item.time, f"{GCID}/{VIN}", _planted(item.payload, plant))
        for item in source.messages
    ]
    return Recording(answers, messages, source.paths)


def _planted(body: bytes, plant: Callable[[str], str]) -> bytes:
    return orjson.dumps(everywhere(orjson.loads(body), plant))


def instead(_text: str, secret: str) -> str:
    return secret


def beside(text: str, secret: str) -> str:
    return f"{text} {secret}" if len(text) % 2 else f"{secret}/{text}"


@pytest.mark.parametrize("way", [instead, beside])
@pytest.mark.parametrize("name", BUNDLED)
def test_every_text(name: str, way: Callable[[str, str], str]) -> None:
    """One spelling after the other, so that each stands at many places and alone."""
    spellings = cycle(SPELLED)
    source = planted(recording(owned(name)), lambda text: way(text, next(spellings)))
    assert leaks(files([source], Redactor())) == []


@pytest.mark.parametrize("name", BUNDLED)
def test_every_name(name: str) -> None:
    """Keys, names of files and topics."""
    spellings = cycle(SPELLED)
    source = recording(owned(name))
    answers = {
        f"{file}_{secret.replace('/', '_')}": _answer({secret: NAMED})
        for secret in SPELLED
        for file in source.answers
    }
    answers["personal"] = _answer(PERSONAL)
    messages = [
        Message(item.time, f"{next(spellings)}/{VIN}", _keyed(item.payload, next(spellings)))
        for item in source.messages
    ]
    assert leaks(files([Recording(answers, messages, source.paths)], Redactor())) == []


def _keyed(body: bytes, secret: str) -> bytes:
    content = orjson.loads(body)
    known = content if isinstance(content, dict) else {"content": content}
    return orjson.dumps({**known, "personal": PERSONAL, secret: 1})


@pytest.mark.parametrize("name", BUNDLED)
def test_nothing_of_the_owner(name: str) -> None:
    """What a real recording holds by itself, even one without a single message to learn from."""
    found = files([recording(owned(name))], Redactor())
    assert leaks(found) == []
    assert b"8P210507" not in b"".join(found.values())


def wrapped(text: str) -> str:
    """Put a text into JSON in a text."""
    return json.dumps([text], ensure_ascii="%" in text)


SECRET: Final = st.sampled_from(SPELLED)
TEXT: Final = st.recursive(
    SECRET | st.tuples(st.text(max_size=5), SECRET, st.text(max_size=5)).map(" ".join),
    lambda inner: inner.map(wrapped) | inner.map(partial(quote, safe="")) | inner.map(json.dumps),
    max_leaves=3,
)
KEY: Final = st.sampled_from(["a", "b.c", "value", "name", "location", "id", "user", *SPELLED])
CONTENT: Final = st.recursive(
    TEXT | st.sampled_from([1, 2.5, None, True, "OPEN", PLACE[0], 0, "2026-11-10T12:00:00Z"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEY, inner, max_size=3),
    max_leaves=8,
)


@settings(max_examples=150, deadline=None)
@given(content=CONTENT)
def test_any_nesting(content: Any) -> None:
    """Whatever lies in whatever: nothing comes out, and the form stays."""
    source = Recording({"x": _answer(content), "personal": _answer(PERSONAL)})
    found = files([source], Redactor())
    assert leaks(found) == []
    assert form(orjson.loads(found["x.json"])) == form(content)


TOLD: Final = (
    *("Annegret Zwiebelfisch", "Am Rosenacker 23", "Hohenwestedt", "HEI-QX 907", "+49 4871 998877"),
    *("a.zwiebelfisch@example.com", OTHER, "54.0912, 9.6543", "ghp_16C7e42F292c6912E7710c838347Ae"),
    *("af0b2c94-6d1e-4a35-9c58-e2b7a1d04f6c", "e2b7a1d04f6c98b1", "usr_7k3x9q2v8", "Zwiebelfisch"),
    *("C0098765432", "1971-04-05", "25557", 491715552233, 54.0912345, 25557, [9.6543, 54.0912]),
)
UNKNOWN_KEY: Final = st.sampled_from(
    (
        *("who", "newThing", "state", "value", "status", "type", "title", "data", "capabilities"),
        *("x.y.z", "vehicle.new.fact", "vin", "model", "description", *map(str, TOLD[:14])),
    )
)
NESTED: Final = st.recursive(
    st.sampled_from(TOLD),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(UNKNOWN_KEY, inner, max_size=3)
        | inner.map(json.dumps)
    ),
    max_leaves=8,
)
UNKNOWN: Final = st.dictionaries(st.sampled_from(["new", "driverInfo", "a.b"]), NESTED, max_size=3)
WHERE: Final = (
    *("", "state", "state.location", "capabilities", "data", "telematicData", "mappingInfos"),
    *("passengerCar.mountedTyres", "state.tireState.frontLeft", "positionData.position"),
)


@settings(max_examples=200, deadline=None)
@given(content=UNKNOWN, where=st.sampled_from(WHERE), stream=st.booleans())
def test_unknown_keys(content: Any, where: str, *, stream: bool) -> None:
    """Nothing under unknown keys is kept, without anything to learn from."""
    for step in reversed(where.split(".") if where else ()):
        content = {step: content}
    message = Message(NOW, f"{GCID}/{VIN}", orjson.dumps(content))
    source = Recording(
        {} if stream else {"x": _answer(content)}, [message] if stream else [], PATHS
    )
    text = b"".join(files([source], Redactor()).values()).decode().casefold()
    words = {word for told in TOLD for word in re.findall(r"[^\W_]{4,}", str(told).casefold())}
    assert [word for word in words if word in text] == []


def _answer(content: Any) -> Answer:
    return Answer("application/json", orjson.dumps(content))


def form(value: Any) -> Any:
    """Return what a value is made of."""
    if isinstance(value, dict):
        return sorted(str(form(item)) for item in value.values())
    if isinstance(value, list):
        return [form(item) for item in value]
    return float if isinstance(value, int | float) and not isinstance(value, bool) else type(value)
