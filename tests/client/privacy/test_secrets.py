"""Nothing secret is seen anywhere: not in logs, errors, recordings or diagnostics.

See mybmw-app.md#recordings, pitfall 22.
"""

from collections.abc import Callable, Iterator
import json
import logging
from typing import Any, override
from urllib.parse import urlsplit

from freezegun.api import FrozenDateTimeFactory
import httpx
import pytest

from custom_components.mybmw.client import (
    ClientError,
    Command,
    CommandKind,
    NetworkError,
    PointOfInterest,
    SendPoi,
    attributes as a,
)
from custom_components.mybmw.client.core.values import Position
from tests.client.support import (
    MOBILE,
    SANE,
    Client,
    Simulate,
    make_client,
    recorded,
    replay,
    values,
)
from tests.replay import faults
from tests.replay.faults import Endpoint
from tests.replay.fingerprints import RecordedCar, bundled
from tests.replay.mybmw import SimulatedMyBMW

type NewClient = Callable[..., Client]

VIN = "WBY8P210507D12345"
USER = "jane.doe+bmw@example.org"
PASSWORD = "Tr0ub4dor&3"
CAPTCHA = "P1_eYJ0eXAiOiJKV1Qi.abcdef-123"
PLATE = "M-XY 1234"
PLACES = ("48.70123", "9.65432", "Musterweg 17", "Musterstadt")
OBSERVER = (47.12345, 8.76543)
POI = SendPoi(PointOfInterest(Position(46.98765, 7.45678), name="Grandma", street="Geheimgasse 3"))
LOGGERS = (
    *("", "httpx", "httpcore", "httpcore.connection", "httpcore.http11", "httpcore.http2"),
    *("httpcore.proxy", "httpcore.socks", "asyncio", "hpack", "custom_components.mybmw"),
)


def private_car() -> RecordedCar:
    """A car with an owner: VIN, plate, place, address."""
    (car,) = recorded("ix_xdrive50")
    text = json.dumps([car.profile, car.state, car.charging]).replace(car.vin, VIN)
    profile, state, charging = json.loads(text)
    state["state"]["location"] = {
        "coordinates": {"latitude": float(PLACES[0]), "longitude": float(PLACES[1])},
        "heading": 77,
        "address": {"formatted": f"{PLACES[2]}, 12345 {PLACES[3]}"},
    }
    profile["licensePlate"] = PLATE
    profile["owners"] = [VIN, USER, {"firstName": "Jane"}]
    return RecordedCar(VIN, car.brand, profile, state, charging)


def secrets_of(sim: SimulatedMyBMW, client: Client) -> Iterator[str]:
    yield from (VIN, VIN.lower(), USER, PASSWORD, CAPTCHA, PLATE, *PLACES, sim.gcid)
    yield from map(str, OBSERVER)
    yield from ("46.98765", "7.45678", "Geheimgasse")
    for known in client.saved:
        yield from (known.access, known.refresh)


def check(text: str, secrets: list[str]) -> None:
    assert [secret for secret in secrets if secret in text] == []


async def live(sim: SimulatedMyBMW, client: Client) -> list[str]:
    """Do all that a client does, let much of it fail, and return what the errors say."""
    told: list[str] = []
    body = {"message": f"No {VIN} for {USER} ({sim.gcid}) at home", "error": PASSWORD}

    async def attempt(command: Command | SendPoi) -> None:
        try:
            await client.garage.send(VIN, command)
        except ClientError as error:
            told.extend((str(error), repr(error), repr(error.__cause__), repr(error.__context__)))

    await client.garage.refresh(client.source)
    sim.revoke()
    await client.garage.refresh(client.source)
    sim.fail(Endpoint.STATE, faults.answer(body, 500))
    sim.fail(Endpoint.STATE, faults.text(f"{VIN} {USER}", 404))
    sim.fail(Endpoint.STATE, faults.no_network())
    for _ in range(3):
        poll = await client.garage.refresh(client.source)
        told += [str(poll.error), *(str(error) for error in poll.errors.values())]
    await attempt(Command(CommandKind.VEHICLE_FINDER))
    await attempt(Command(CommandKind.DOOR_LOCK))
    await attempt(POI)
    sim.fail(Endpoint.POI, faults.answer(body, 400))
    await attempt(POI)
    details = {"title": f"{VIN} is asleep", "description": USER}
    sim.fail(
        Endpoint.EVENT_STATUS, faults.answer({"eventStatus": "ERROR", "errorDetails": details})
    )
    await attempt(Command(CommandKind.DOOR_UNLOCK))
    sim.revoke(refresh=True)
    await attempt(Command(CommandKind.DOOR_LOCK))
    assert len(told) > 10
    return told


async def test_simulated(
    simulate: Simulate, new_client: NewClient, caplog: pytest.LogCaptureFixture
) -> None:
    for name in LOGGERS:
        caplog.set_level(logging.DEBUG, name)
    sim = simulate(username=USER, password=PASSWORD, captcha=CAPTCHA)
    sim.add(private_car())
    client = new_client(username=USER, password=PASSWORD, captcha=CAPTCHA, observer=OBSERVER)
    told = await live(sim, client)
    secrets = list(secrets_of(sim, client))
    assert len(client.saved) == 2
    check("\n".join(told), secrets)
    check(caplog.text, secrets)
    assert "HTTP 200" in caplog.text
    check("\n".join(map(repr, caplog.records)), secrets)
    files = client.files()
    check(json.dumps(files, ensure_ascii=False), secrets)
    check(json.dumps(client.source.diagnostics(), ensure_ascii=False), secrets)
    assert len(files) > 6


class _Detour(httpx.AsyncBaseTransport):
    """Leads every request to a server on this machine."""

    def __init__(self, base: str) -> None:
        self._base = urlsplit(base)
        self._inner = httpx.AsyncHTTPTransport()

    @override
    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        request.url = request.url.copy_with(
            scheme="http", host=self._base.hostname, port=self._base.port
        )
        return await self._inner.handle_async_request(request)

    @override
    async def aclose(self) -> None:
        await self._inner.aclose()


@pytest.mark.usefixtures("socket_enabled")
async def test_over_http(caplog: pytest.LogCaptureFixture) -> None:
    """The HTTP library, too, keeps quiet about our requests, and only about ours."""
    for name in LOGGERS:
        caplog.set_level(logging.DEBUG, name)
    sim = SimulatedMyBMW([private_car()], username=USER, password=PASSWORD, captcha=CAPTCHA)
    async with sim.serve() as base:
        client = make_client(
            username=USER,
            password=PASSWORD,
            captcha=CAPTCHA,
            observer=OBSERVER,
            transport=_Detour(base),
        )
        async with client.web:
            told = await live(sim, client)
        secrets = list(secrets_of(sim, client))
        assert len(client.saved) == 2
        check("\n".join(told), secrets)
        check(caplog.text, secrets)
        assert not [item for item in caplog.records if item.name.startswith("httpx")]
        async with httpx.AsyncClient() as other:
            await other.get(f"{base}/anything")
        assert [item for item in caplog.records if item.name == "httpx"]
        assert [item for item in caplog.records if item.name == "httpcore.http11"]


async def test_china(
    simulate: Simulate, new_client: NewClient, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    sim = simulate(region="china", username=MOBILE, password=PASSWORD)
    sim.add(private_car())
    client = new_client(region="china", password=PASSWORD, captcha=None, observer=OBSERVER)
    told = await live(sim, client)
    secrets = [MOBILE, *secrets_of(sim, client)]
    check("\n".join(told), secrets)
    check(caplog.text, secrets)
    check(json.dumps(client.files(), ensure_ascii=False), secrets)


async def test_login_is_not_recorded(sim: SimulatedMyBMW, new_client: NewClient) -> None:
    """mybmw-app.md#recordings: the answers of a login are never kept."""
    client = new_client()
    await client.login.log_in()
    assert client.files() == {}


async def test_network_error_says_little() -> None:
    def fail(request: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError(f"no route to {request.url}", request=request)

    client = make_client(transport=httpx.MockTransport(fail))
    with pytest.raises(NetworkError) as caught:
        await client.login.log_in()
    assert str(caught.value) == "read the login settings: ConnectError"
    assert caught.value.__cause__ is None
    assert caught.value.__suppress_context__


async def test_half_a_vin(simulate: Simulate, new_client: NewClient) -> None:
    """What is long is cut only after secrets were taken out of it."""
    sim = simulate()
    sim.add(private_car())
    client = new_client()
    told = ""
    for length in range(185, 205):
        sim.fail(Endpoint.STATE, faults.answer({"message": f"{'-' * length}{VIN}"}, 500))
        poll = await client.garage.refresh(client.source)
        told += f"{poll.error} {list(poll.errors.values())}"
    assert "HTTP 500 ---" in told
    assert VIN[:12] not in told


async def test_file_names(sim: SimulatedMyBMW, client: Client) -> None:
    """Library 17, mybmw-app.md#recordings: the names that bimmer_connected wrote."""
    await client.car()
    await client.source.image(client.garage.vehicles["WBY0FINGERPRINT02"], "FrontView")
    assert set(client.files()) == {
        "bmw-eadrax-vcs_v5_vehicle-list.json",
        "mini-eadrax-vcs_v5_vehicle-list.json",
        "toyota-eadrax-vcs_v5_vehicle-list.json",
        "bmw-eadrax-vcs_v5_vehicle-data_profile_WBY0FINGERPRINT02.json",
        "bmw-eadrax-vcs_v4_vehicles_state_WBY0FINGERPRINT02.json",
        "bmw-eadrax-crccs_v2_vehicles_WBY0FINGERPRINT02.json",
    }


async def test_failed_answers_are_recorded(sim: SimulatedMyBMW, client: Client) -> None:
    """Library 17: what is no JSON becomes a text file; errors are beside the good answers."""
    sim.fail(Endpoint.STATE, faults.server_error())
    await client.source.poll()
    files = client.files()
    name = "bmw-eadrax-vcs_v4_vehicles_state_WBY0FINGERPRINT02"
    assert files[f"{name}_error.txt"] == "INTERNAL SERVER ERROR"
    assert f"{name}.json" not in files
    assert Endpoint.CHARGING not in {call.endpoint for call in sim.calls}


async def test_recordings_of_accounts() -> None:
    """Pitfall 23: each account keeps its own answers, and those of all its cars."""
    _, first = replay(recorded(*SANE))
    _, second = replay(recorded("ix_xdrive50"))
    await first.read()
    await second.read()
    assert len(first.files()) == len(first.requests) > 10
    about = {name.rpartition("_")[2] for name in first.files()}
    assert about == {"vehicle-list.json", *(f"{car.vin}.json" for car in recorded(*SANE))}
    assert len(second.files()) == len(second.requests) == 6


async def test_recordings_keep_their_meaning(freezer: FrozenDateTimeFactory) -> None:
    """An anonymised recording reads like the original, apart from where the car is."""
    private = {a.POSITION, a.HEADING, a.ADDRESS}
    for folder in bundled():
        (car,) = recorded(folder)
        sim, client = replay([car])
        original = values(await client.car())
        files = {name: json.loads(text) for name, text in client.files().items() if car.vin in name}
        answers: dict[str, Any] = dict.fromkeys(("profile", "state", "eadrax-crccs"))
        for name, answer in files.items():
            answers[next(kind for kind in answers if kind in name)] = answer
        again = RecordedCar(
            car.vin, car.brand, answers["profile"], answers["state"], answers["eadrax-crccs"]
        )
        _, client = replay([again])
        found = values(await client.car())
        assert {key: value for key, value in found.items() if key not in private} == {
            key: value for key, value in original.items() if key not in private
        }
        if a.POSITION in original:
            assert found[a.POSITION] == Position(12.3456, 34.5678)
            assert found.get(a.HEADING) in (None, 123)
            assert found.get(a.ADDRESS) in (None, "some_formatted_address")
        assert sim.calls
