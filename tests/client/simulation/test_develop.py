"""The simulation that script/develop runs: its control, and what it keeps."""

from collections.abc import Iterator, Mapping
from html import escape
import json
from pathlib import Path
import ssl
from typing import Any, Final
from unittest.mock import Mock

from aiohttp.test_utils import TestClient, TestServer
import httpx
import pytest

from custom_components.mybmw.client import Command, CommandKind, Http, Redactor
from custom_components.mybmw.client.cardata import (
    CardataTokens,
    DeviceCode,
    DeviceLogin,
    LoginError,
)
from custom_components.mybmw.client.connecteddrive import ConnectedDriveAccount, connect
from script.lib.develop.cardata import Stage, simulation
from script.lib.develop.configuration import saved_tokens
from script.lib.develop.control import Control
from script.lib.develop.guide import LEGACY_ACCOUNT
from tests.client.support import IX, Client
from tests.client.support.cardata import recorded
from tests.replay.agreement import facts_of
from tests.replay.cardata import CLIENT_ID, SimulatedCarData
from tests.replay.connecteddrive import BUNDLED, SimulatedConnectedDrive, load as load_legacy
from tests.replay.connecteddrive.service import HOST
from tests.replay.mybmw import SimulatedMyBMW
from tests.replay.tunnel import tunnel

pytestmark = pytest.mark.usefixtures("socket_enabled")

LOCK: Final = "vehicle.cabin.door.status"


@pytest.fixture
def official() -> Iterator[SimulatedCarData]:
    simulated = simulation(recorded("ix_xdrive50"), ())
    with simulated.router(pass_through=True):
        yield simulated


@pytest.fixture
def login() -> DeviceLogin:
    return DeviceLogin(Http(httpx.AsyncClient(), Redactor()), CLIENT_ID)


def controlled(official: SimulatedCarData, stage: Stage) -> TestClient[Any, Any]:
    control = Control(Mock(spec=SimulatedMyBMW), official, stage, {"A": "b c"})
    return TestClient(TestServer(control.application()))


@pytest.fixture
def stage() -> Mock:
    return Mock(spec=Stage)


async def outcome(login: DeviceLogin, code: DeviceCode) -> str:
    try:
        return "tokens" if isinstance(await login.poll(code), CardataTokens) else "waits"
    except LoginError as error:
        return error.failure


@pytest.mark.parametrize(
    ("paths", "expected"),
    [
        ([], "waits"),
        (["/approve"], "tokens"),
        (["/approve?code={code}"], "tokens"),
        (["/approve?late=1"], "not_ready"),
        (["/deny"], "access_denied"),
        (["/expire"], "code_expired"),
    ],
)
async def test_codes(
    paths: list[str], expected: str, official: SimulatedCarData, login: DeviceLogin, stage: Mock
) -> None:
    """Each way in which the approval of a code can end."""
    async with controlled(official, stage) as client:
        code = await login.request_code()
        assert await (await client.get("/codes")).text() == f"{code.user_code}\n"
        for path in paths:
            assert (await client.post(path.format(code=code.user_code))).status == 200
        assert await outcome(login, code) == expected


@pytest.mark.parametrize("service", ["api", "stream"])
async def test_services(
    service: str, official: SimulatedCarData, login: DeviceLogin, stage: Mock
) -> None:
    """A service that is not subscribed keeps a code from being given, until it is."""
    async with controlled(official, stage) as client:
        await client.post(f"/unsubscribe/{service}")
        stage.control.assert_called_once_with("expire")
        with pytest.raises(LoginError) as caught:
            await login.request_code()
        assert caught.value.failure == f"{service}_not_subscribed"
        await client.post(f"/subscribe/{service}")
        assert (await login.request_code()).user_code in official.pending


async def test_page(official: SimulatedCarData, login: DeviceLogin, stage: Mock) -> None:
    """A browser finds buttons for what can be done, and comes back to them."""
    browser = {"accept": "text/html"}
    async with controlled(official, stage) as client:
        code = await login.request_code()
        shown = await (await client.get("/", headers=browser)).text()
        assert f'action="/deny?code={code.user_code}"' in shown
        answer = await client.post(f"/deny?code={code.user_code}", headers=browser)
        assert "<output>denied</output>" in await answer.text()
        assert await outcome(login, code) == "access_denied"
        assert "POST /deny?code=" in await (await client.get("/")).json()


async def test_legacy_cars(official: SimulatedCarData, stage: Mock) -> None:
    """Cars of the legacy API have buttons, and its faults are on demand."""
    legacy = SimulatedConnectedDrive(load_legacy(BUNDLED).cars)
    app = Mock(spec=SimulatedMyBMW, calls=[])
    control = Control(app, official, stage, {}, None, legacy)
    vin, car = next(iter(legacy.cars.items()))
    browser = {"accept": "text/html"}
    async with TestClient(TestServer(control.application())) as client:
        shown = await (await client.get("/", headers=browser)).text()
        drive = f"/connecteddrive/drive?km=12&minutes=20&vin={vin}"
        assert f'action="{escape(drive)}"' in shown
        answer = await client.post(drive, headers=browser)
        assert "<output>ConnectedDrive: drive</output>" in await answer.text()
        assert car.answers["last_trip"]["lastTrip"]["totalDistance"] == 12
        assert (await client.post("/connecteddrive/fail?status=408&times=1")).status == 200
        ask = httpx.Request(
            "GET", f"https://b2vapi.example.com/webapi/v1/user/vehicles/{vin}/status"
        )
        assert [legacy.handle(ask).status_code for _ in range(2)] == [408, 401]
        assert (
            f"GET /webapi/v1/user/vehicles/{vin}/status"
            in await (await client.get("/calls")).text()
        )
        await client.post("/connecteddrive/fail?status=503")
        await client.post("/heal")
        assert legacy.handle(ask).status_code == 401
        for path in ("dance", "drive?vin=nobody", "drive?km=far"):
            assert (await client.post(f"/connecteddrive/{path}")).status == 400
        assert "wait" in await (await client.get("/")).text()


async def test_legacy_account_for_a_shell() -> None:
    """The environment leads the command line to the simulated server, and logs it in."""
    sim = SimulatedConnectedDrive(load_legacy(BUNDLED).cars)
    names = ("SERVER", "USERNAME", "PASSWORD", "API_KEY", "API_SECRET")
    account = ConnectedDriveAccount(*(LEGACY_ACCOUNT[f"MYBMW_CONNECTEDDRIVE_{n}"] for n in names))
    async with tunnel({HOST: sim.handle}) as leading:
        tls = ssl.create_default_context(cafile=leading.environment["SSL_CERT_FILE"])
        proxy = leading.environment["HTTPS_PROXY"]
        async with httpx.AsyncClient(proxy=proxy, verify=tls) as web:
            poll = await connect(web, account).poll()
    assert poll.vins == frozenset(sim.cars)
    assert (poll.error, dict(poll.errors)) == (None, {})


async def test_no_legacy_cars(official: SimulatedCarData, stage: Mock) -> None:
    async with controlled(official, stage) as client:
        assert (await client.post("/connecteddrive/lock")).status == 400


@pytest.mark.parametrize(
    "path", ["/approve", "/unsubscribe/x", "/fail/x", "/stream/accept?reason=x"]
)
async def test_unknown(path: str, official: SimulatedCarData, stage: Mock) -> None:
    async with controlled(official, stage) as client:
        assert (await client.post(path)).status == 400


async def test_environment(official: SimulatedCarData, stage: Mock) -> None:
    """It is made for `eval` of a shell."""
    async with controlled(official, stage) as client:
        assert await (await client.get("/environment")).text() == "export A='b c'\n"


async def test_both_report_one_car(sim: SimulatedMyBMW, client: Client) -> None:
    """What a command changed in one simulation, the other one reports too."""
    official = simulation(recorded("ix_xdrive50"), ())
    Stage(official, sim, [IX])
    await client.car()
    car = official.cars[IX]
    for kind, value in ((CommandKind.DOOR_UNLOCK, "UNLOCKED"), (CommandKind.DOOR_LOCK, "LOCKED")):
        await client.garage.send(IX, Command(kind))
        assert car.telematics[LOCK]["value"] == value
    assert facts_of(sim.state(IX))[LOCK] == "LOCKED"


def test_kept_tokens(tmp_path: Path) -> None:
    """The newest tokens count as the current ones: the stream is not refused at a second start."""

    def tokens(number: int) -> Mapping[str, object]:
        texts = {name: f"{name}-{number}" for name in ("access", "refresh", "identity")}
        return {**texts, "generation": number}

    def keep(name: str, data: object) -> None:
        (tmp_path / ".storage" / name).write_text(json.dumps({"data": data}))

    (tmp_path / ".storage").mkdir()
    assert saved_tokens(tmp_path, "mybmw", "cardata") == []
    entry = {
        "domain": "mybmw",
        "entry_id": "x",
        "data": {"sources": {"cardata": {"tokens": tokens(1)}}},
    }
    keep("core.config_entries", {"entries": [entry, {"domain": "sun", "data": {}}]})
    keep("mybmw.x.cardata.tokens", tokens(2))
    official = simulation((), saved_tokens(tmp_path, "mybmw", "cardata"))
    assert official.current_id_token == "identity-2"
    assert official.tokens.redeem("refresh-1")
    assert official.tokens.redeem("refresh-2")
