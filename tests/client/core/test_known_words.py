"""What BMW writes into its errors is shown only without personal data."""

from base64 import b64encode, urlsafe_b64encode
from collections.abc import AsyncIterator, Callable
from html import escape
import json
from typing import Final
from urllib.parse import quote

import httpx
import pytest

from custom_components.mybmw.client import (
    HIDDEN,
    ClientError,
    Command,
    CommandKind,
    Http,
    Recording,
    Redactor,
    Supervisor,
    TokenKeeper,
    UnexpectedError,
    files,
)
from custom_components.mybmw.client.cardata import DeviceLogin
from custom_components.mybmw.client.cardata.api import CardataApi
from custom_components.mybmw.client.cardata.quota import Ledger, Reason
from custom_components.mybmw.client.core.known_words import known_words
from custom_components.mybmw.client.core.recording import Answer
from tests.client.support import IX, Client
from tests.client.support.cardata import I4, issued, recorded
from tests.replay import faults
from tests.replay.cardata import Endpoint as CardataEndpoint, SimulatedCarData
from tests.replay.cardata.faults import error
from tests.replay.faults import Endpoint
from tests.replay.mybmw import SimulatedMyBMW

PERSONAL: Final = (
    *("Wilhelmine", "Quellenhofer", "QUELLENHOFER", "Tulpengasse", "17a", "Börkenhüttel"),
    *("80331", "M-QZ", "4711", "+49", "170", "55512345", "quellenhofer@example.org"),
)
TOLD: Final = (
    "The vehicle M-QZ 4711 of Wilhelmine QUELLENHOFER, Tulpengasse 17a, 80331 Börkenhüttel,"
    " is not available (+49 170 55512345, wilhelmine.quellenhofer@example.org)"
)
SHOWN: Final = "The vehicle … of …, is not available (+…)"


def leaks(text: str) -> list[str]:
    return [word for word in PERSONAL if word.casefold() in text.casefold()]


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        (TOLD, SHOWN),
        ("Quota will be replenished in 02:12:20.", "Quota will be replenished in 02:12:20."),
        ("Try again in 2 seconds.", "Try again in 2 seconds."),
        ("CHARGING_MODE_NOT_SET", "CHARGING_MODE_NOT_SET"),
        ("http.flow.ServiceUnavailable", "http.flow.ServiceUnavailable"),
        ("CU-104: no permission for the VIN", "CU-104: no permission for the VIN"),
        ("Will Grant may not use it", "… may not use it"),
        ("AB-104711 Wilhelmine is", "… is"),
        ("at 0049:17:05551", "at …"),
        ("系统异常，请稍后再试！", ""),
        ("Wilhelmine Quellenhofer", ""),
    ],
)
def test_wording(text: str, shown: str) -> None:
    assert known_words(text) == shown


async def test_errors_of_the_app(
    sim: SimulatedMyBMW, client: Client, caplog: pytest.LogCaptureFixture
) -> None:
    """Whatever key a text stands under, and whatever the status."""
    caplog.set_level("DEBUG")
    seen: list[str] = []
    for status in (400, 401, 403, 422, 429, 500):
        for key in ("message", "error", "error_description", "description"):
            sim.fail(Endpoint.STATE, faults.answer({key: TOLD}, status))
            poll = await client.garage.refresh(client.source)
            seen += [str(poll.error), *map(str, poll.errors.values())]
    assert any(SHOWN in text for text in seen)
    assert leaks("\n".join(seen)) == []
    assert leaks(caplog.text) == []


@pytest.mark.parametrize("key", ["title", "description", "errorDetails"])
async def test_reason_of_a_command(key: str, sim: SimulatedMyBMW, client: Client) -> None:
    """It is kept in the history of an entity."""
    await client.car()
    details = {"errorDetails": {key: TOLD}}
    sim.fail(Endpoint.EVENT_STATUS, faults.answer({"eventStatus": "ERROR", **details}))
    with pytest.raises(ClientError) as caught:
        await client.garage.send(IX, Command(CommandKind.DOOR_LOCK))
    assert str(caught.value) == f"door_lock: {SHOWN}"


@pytest.fixture
async def official() -> AsyncIterator[tuple[SimulatedCarData, CardataApi]]:
    sim = SimulatedCarData(recorded("i4_edrive40"))
    with sim.router():
        http = Http(httpx.AsyncClient(), Redactor())
        keeper = TokenKeeper(DeviceLogin(http, sim.client_id), issued(sim))
        yield sim, CardataApi(http, keeper, Ledger())


async def test_errors_of_cardata(
    official: tuple[SimulatedCarData, CardataApi], caplog: pytest.LogCaptureFixture
) -> None:
    """The number of an error is shown only if it is one."""
    caplog.set_level("DEBUG")
    sim, api = official
    seen: list[str] = []
    for code in ("CU-400", "CU-104", "Wilhelmine", "", "CU-429"):
        sim.fail(CardataEndpoint.BASIC_DATA, error(code, 403, TOLD))
        with pytest.raises(ClientError) as caught:
            await api.basic_data(I4, Reason.USER)
        seen.append(str(caught.value))
    assert seen[0] == f"read basic data: CU-400 {SHOWN}"
    assert leaks("\n".join(seen)) == []
    assert leaks(caplog.text) == []


async def test_refused_tokens_of_cardata(official: tuple[SimulatedCarData, CardataApi]) -> None:
    """An error of a login that no one knows is no text to show either."""
    sim, api = official
    sim.revoke()
    sim.fail(CardataEndpoint.REFRESH, faults.answer({"error": TOLD}, 401), None)
    with pytest.raises(ClientError) as caught:
        await api.mappings(Reason.USER)
    assert str(caught.value) == "get tokens: HTTP 401"


def test_unforeseen_errors(caplog: pytest.LogCaptureFixture) -> None:
    """Python repeats in its messages what it could not read."""

    def work() -> None:
        try:
            float("Tulpengasse 17a")
        except ValueError as cause:
            raise KeyError("Quellenhofer") from cause

    with pytest.raises(UnexpectedError), Supervisor("the work", Redactor()):
        work()
    shown = [line for line in caplog.text.splitlines() if not line.startswith(" ")]
    assert "ValueError: could not convert string to float: '…'" in shown
    assert "KeyError: " in shown
    assert leaks("\n".join(shown)) == []


def _base64(text: str) -> str:
    return b64encode(text.encode()).decode()


def _entities(text: str) -> str:
    return "".join(f"&#x{ord(sign):x};" for sign in text)


def _escapes(text: str) -> str:
    return "".join(f"\\u{ord(sign):04X}" for sign in text)


def _decimal(text: str) -> str:
    return "".join(f"&#{ord(sign)};" for sign in text)


def _slashed(text: str) -> str:
    return "".join(f"\\x{byte:02x}" for byte in text.encode())


WAYS: Final[tuple[Callable[[str], str], ...]] = (
    *(_base64, _entities, _decimal, _escapes, _slashed, escape, quote),
    lambda text: _base64(text).rstrip("="),
    lambda text: urlsafe_b64encode(text.encode()).decode(),
    lambda text: _base64(f"the owner is {text}, since 2020"),
    lambda text: _base64(json.dumps({"owner": text})),
    lambda text: b64encode(text.encode("utf-16")).decode(),
    lambda text: text.encode().hex(),
    lambda text: "".join(f"%{byte:02x}" for byte in text.encode()),
    lambda text: "".join(f"%u{ord(sign):04x}" for sign in text),
    lambda text: _base64(_base64(text)),
    lambda text: quote(_entities(text)),
    lambda text: _base64(quote(text)),
    lambda text: json.dumps(_escapes(text)),
    lambda text: json.dumps(json.dumps(_entities(text))),
    lambda text: _escapes(_base64(text)),
)
VALUES: Final = (
    *("Wilhelmine", "Wilhelmine Quellenhofer", "Tulpengasse 17a", "Börkenhüttel", "M-QZ 4711"),
    *("+49 170 55512345", "WBA71DEM0SECRET42", "quellenhofer@example.org", "48.137154"),
)
KNOWN: Final = {
    "firstName": "Wilhelmine",
    "lastName": "Quellenhofer",
    "street": "Tulpengasse 17a",
    "city": "Börkenhüttel",
    "licensePlate": "M-QZ 4711",
    "phone": "+49 170 55512345",
    "vin": "WBA71DEM0SECRET42",
    "email": "quellenhofer@example.org",
    "latitude": 48.137154,
}


@pytest.mark.parametrize("value", VALUES)
@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize(
    "around", ["{}", "<p>{}</p>", "https://x.example/a/{}?b=c", 'is "{}"', "a={}&b"]
)
def test_encoded(around: str, way: Callable[[str], str], value: str) -> None:
    """What is known to be personal is found however it is written."""
    written = way(value)
    found = files(
        [
            Recording(
                {
                    "personal": Answer("application/json", json.dumps(KNOWN).encode()),
                    "json": Answer(
                        "application/json", json.dumps({"x": around.format(written)}).encode()
                    ),
                    "text": Answer("text/plain", around.format(written).encode()),
                }
            )
        ],
        Redactor(),
    )
    text = b"".join(content for name, content in found.items() if "personal" not in name)
    assert written.encode() not in text
    assert value.encode() not in text


@pytest.mark.parametrize(
    "text",
    [
        "a &amp; b, caf&eacute;",
        "line\\u000abreak",
        "aGVsbG8gd29ybGQ=",
        "68656c6c6f20776f726c64",
        "https://x.example/%7Euser?q=a%20b",
        "vehicle.cabin.infotainment.navigation.destinationSet.arrivalTime",
        "R00Q039M970KJ",
    ],
)
def test_encoded_but_public(text: str) -> None:
    """What hides nothing stays as it is written."""
    redactor = Redactor()
    redactor.learn("Quellenhofer")
    assert redactor.text(text) == text
    assert redactor.text(f"{text} {_base64('Quellenhofer')}") == f"{text} {HIDDEN}"
