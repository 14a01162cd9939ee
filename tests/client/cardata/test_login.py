"""The device login of CarData against the simulated service."""

from collections.abc import Iterator
from datetime import timedelta

from freezegun.api import FrozenDateTimeFactory
import httpx
import pytest

from custom_components.mybmw.client import (
    ApiError,
    AuthError,
    Http,
    NetworkError,
    QuotaError,
    Redactor,
)
from custom_components.mybmw.client.cardata.login import (
    CardataTokens,
    DeviceLogin,
    LoginError,
    LoginFailure,
)
from custom_components.mybmw.client.transport.tokens import TokenKeeper
from tests.replay import faults
from tests.replay.cardata import API, STREAM, Endpoint, SimulatedCarData
from tests.replay.cardata.faults import key_management, login_error

pytestmark = pytest.mark.freeze_time("2026-11-10T12:00:00Z")


@pytest.fixture
def sim() -> Iterator[SimulatedCarData]:
    simulated = SimulatedCarData([])
    with simulated.router():
        yield simulated


@pytest.fixture
def http() -> Http:
    redactor = Redactor()
    return Http(httpx.AsyncClient(), redactor)


@pytest.fixture
def login(http: Http, sim: SimulatedCarData) -> DeviceLogin:
    return DeviceLogin(http, sim.client_id)


async def logged_in(sim: SimulatedCarData, login: DeviceLogin) -> CardataTokens:
    """Go through the login as a user would."""
    code = await login.request_code()
    sim.approve(code.user_code)
    tokens = await login.poll(code)
    assert isinstance(tokens, CardataTokens)
    return tokens


async def test_approved(
    sim: SimulatedCarData, login: DeviceLogin, freezer: FrozenDateTimeFactory
) -> None:
    """Waiting, then tokens: no request is sent too early."""
    code = await login.request_code()
    assert code.user_code in code.url
    assert await login.poll(code) == 5
    freezer.tick(5)
    sim.approve(code.user_code)
    tokens = await login.poll(code)
    assert isinstance(tokens, CardataTokens)
    assert tokens.gcid == sim.gcid
    assert tokens.identity == sim.current_id_token
    assert {API, STREAM} <= set(tokens.scopes)
    lasts = tokens.expires - tokens.refreshed
    assert timedelta(minutes=45) <= lasts <= timedelta(minutes=50)


async def test_asked_too_often(sim: SimulatedCarData, login: DeviceLogin) -> None:
    """BMW asks for patience, and gets it."""
    code = await login.request_code()
    await login.poll(code)
    assert await login.poll(code) == 10


async def test_capitals_in_the_client_id(http: Http, sim: SimulatedCarData) -> None:
    """A client id that was pasted in capitals works."""
    tokens = await logged_in(sim, DeviceLogin(http, f" {sim.client_id.upper()} "))
    assert tokens.gcid == sim.gcid


async def test_denied(sim: SimulatedCarData, login: DeviceLogin) -> None:
    code = await login.request_code()
    sim.deny(code.user_code)
    with pytest.raises(LoginError) as caught:
        await login.poll(code)
    assert caught.value.failure is LoginFailure.DENIED


async def test_expired(
    sim: SimulatedCarData, login: DeviceLogin, freezer: FrozenDateTimeFactory
) -> None:
    """After five minutes the code is not asked for any more."""
    code = await login.request_code()
    freezer.tick(301)
    calls = len(sim.calls)
    with pytest.raises(LoginError) as caught:
        await login.poll(code)
    assert caught.value.failure is LoginFailure.EXPIRED
    assert len(sim.calls) == calls


@pytest.mark.parametrize(
    ("scope", "failure"),
    [(API, LoginFailure.NO_API), (STREAM, LoginFailure.NO_STREAM)],
)
async def test_service_not_subscribed(
    sim: SimulatedCarData, login: DeviceLogin, scope: str, failure: LoginFailure
) -> None:
    """BMW only says that something is wrong; probing finds the cause."""
    sim.unsubscribe(scope)
    with pytest.raises(LoginError) as caught:
        await login.request_code()
    assert caught.value.failure is failure
    assert sim.used == 0


async def test_unknown_client(http: Http, sim: SimulatedCarData) -> None:
    login = DeviceLogin(http, "00000000-0000-4000-8000-000000000000")
    with pytest.raises(LoginError) as caught:
        await login.request_code()
    assert caught.value.failure is LoginFailure.UNKNOWN_CLIENT


@pytest.mark.parametrize(
    ("fault", "failure"),
    [
        (key_management(), LoginFailure.NOT_READY),
        (login_error("invalid_grant", 400), LoginFailure.REFUSED),
        (login_error("invalid_client", 401), LoginFailure.UNKNOWN_CLIENT),
        (login_error("expired_token", 401), LoginFailure.EXPIRED),
    ],
)
async def test_no_point_in_waiting(
    sim: SimulatedCarData, login: DeviceLogin, fault: faults.Fault, failure: LoginFailure
) -> None:
    code = await login.request_code()
    sim.fail(Endpoint.TOKEN, fault)
    with pytest.raises(LoginError) as caught:
        await login.poll(code)
    assert caught.value.failure is failure


async def test_service_stumbles(sim: SimulatedCarData, login: DeviceLogin) -> None:
    """A server error while waiting is a reason to wait on, a dead network is reported."""
    code = await login.request_code()
    sim.fail(Endpoint.TOKEN, faults.server_error())
    assert await login.poll(code) == 5
    sim.fail(Endpoint.TOKEN, faults.no_network())
    with pytest.raises(NetworkError):
        await login.poll(code)


async def test_refresh_rotates(
    sim: SimulatedCarData, login: DeviceLogin, freezer: FrozenDateTimeFactory
) -> None:
    """Ahead of time, saved before it is used, and the account's id is carried over."""
    saved: list[CardataTokens] = []
    keeper = TokenKeeper(login, await logged_in(sim, login), saved.append)
    first = keeper.tokens
    assert first is not None
    assert await keeper.token() == first.access
    freezer.tick(timedelta(minutes=51))
    assert await keeper.token() != first.access
    (second,) = saved
    assert second.gcid == first.gcid
    assert second.refresh != first.refresh
    with pytest.raises(AuthError):
        await login.refresh(first)


async def test_refresh_fails(sim: SimulatedCarData, login: DeviceLogin) -> None:
    """A dead token is distinguished from a service in trouble."""
    tokens = await logged_in(sim, login)
    sim.fail(Endpoint.REFRESH, faults.server_error())
    with pytest.raises(ApiError):
        await login.refresh(tokens)
    sim.fail(Endpoint.REFRESH, faults.rate_limited(60, retry_after=90))
    with pytest.raises(QuotaError) as caught:
        await login.refresh(tokens)
    assert caught.value.retry_after == 90
    sim.fail(Endpoint.REFRESH, faults.unauthorized())
    with pytest.raises(AuthError):
        await login.refresh(tokens)
    sim.revoke(refresh=True)
    with pytest.raises(AuthError):
        await login.refresh(tokens)
    with pytest.raises(AuthError):
        await login.log_in()


@pytest.mark.parametrize(
    ("key", "value"),
    [("access", ""), ("gcid", 7), ("expires", None), ("refreshed", "2026-11-10T12:00:00")],
)
async def test_tokens_are_damaged(
    sim: SimulatedCarData, login: DeviceLogin, key: str, value: object
) -> None:
    """What is not understood is no login; a time without its offset is not."""
    saved = (await logged_in(sim, login)).dump()
    assert CardataTokens.load(saved) is not None
    assert CardataTokens.load({**saved, key: value}) is None
