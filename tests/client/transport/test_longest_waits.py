"""Servers may name any time to wait; that never locks the user out."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from custom_components.mybmw.client import Http, QuotaError, Redactor, TokenKeeper
from custom_components.mybmw.client.cardata import Broker, CardataTokens, DeviceLogin
from custom_components.mybmw.client.cardata.stream import Stream
from custom_components.mybmw.client.mybmw.tokens import read_tokens
from custom_components.mybmw.client.transport.http import longest_wait, retry_after
from tests.client.support.cardata import NOON, issued, simulate
from tests.replay import faults
from tests.replay.cardata import Endpoint, SimulatedCarData

pytestmark = pytest.mark.freeze_time(NOON)

UNTIL_MIDNIGHT = timedelta(hours=12, minutes=3).total_seconds()
HOUR = 3600.0


@pytest.fixture
def sim() -> Iterator[SimulatedCarData]:
    simulated = simulate("i4_edrive40")
    with simulated.router():
        yield simulated


@pytest.fixture
def login(sim: SimulatedCarData) -> DeviceLogin:
    return DeviceLogin(Http(httpx.AsyncClient(), Redactor()), sim.client_id)


@pytest.mark.parametrize(
    ("headers", "message", "seconds"),
    [
        ({"retry-after": "999999999"}, "", UNTIL_MIDNIGHT),
        ({"retry-after": "86400"}, "", UNTIL_MIDNIGHT),
        ({"retry-after": "43000"}, "", 43_000),
        ({"retry-after": "999999999999999999"}, "", None),
        ({"retry-after": "inf"}, "", None),
        ({"retry-after": "-5"}, "", None),
        ({"retry-after": "Fri, 31 Dec 9999 23:59:59 GMT"}, "", UNTIL_MIDNIGHT),
        ({"retry-after": "Tue, 10 Nov 2026 13:00:00 GMT"}, "", HOUR),
        ({"retry-after": "Tue, 10 Nov 1998 13:00:00 GMT"}, "", 0),
        ({}, "Quota will be replenished in 9999:59:59.", UNTIL_MIDNIGHT),
        ({}, "Try again in 999999999 seconds.", UNTIL_MIDNIGHT),
    ],
)
def test_retry_after(headers: dict[str, str], message: str, seconds: float | None) -> None:
    """Nothing lasts longer than until the next day has begun at BMW."""
    response = httpx.Response(429, headers=headers, json={"message": message})
    assert retry_after(response) == seconds
    assert longest_wait() == UNTIL_MIDNIGHT


@pytest.mark.parametrize("seconds", [90.0, 999_999_999.0])
async def test_stream_waits_an_hour_at_most(seconds: float) -> None:
    """The token endpoint may want to be left alone until 2058: the stream asks again."""

    class Refusing:
        can_log_in = False

        async def log_in(self) -> CardataTokens:
            raise QuotaError("too often", seconds)

        async def refresh(self, stale: CardataTokens) -> CardataTokens:
            raise QuotaError("too often", seconds)

    class EnoughError(Exception):
        pass

    pauses: list[float] = []

    async def sleep(wait: float) -> None:
        pauses.append(wait)
        if len(pauses) > 1:
            raise EnoughError

    keeper = TokenKeeper[CardataTokens](Refusing())
    stream = Stream(keeper, Broker(None), print, lambda _state: None, sleep=sleep)
    with pytest.raises(EnoughError):
        await stream.run()
    assert pauses[1] == min(seconds, HOUR)


@pytest.mark.parametrize(
    ("named", "interval", "life"),
    [
        ({"interval": 5, "expires_in": 300}, 5, 300),
        ({"interval": 10**9, "expires_in": 10**9}, 60, 3600),
        ({"interval": 1e300, "expires_in": 1e300}, 60, 3600),
        ({"interval": 0.0001, "expires_in": 300}, 1, 300),
        ({"interval": -3, "expires_in": -1}, 5, 300),
        ({"interval": True, "expires_in": "soon"}, 5, 300),
        ({"interval": None, "expires_in": None}, 5, 300),
    ],
)
async def test_code(
    sim: SimulatedCarData, login: DeviceLogin, named: dict[str, Any], interval: float, life: float
) -> None:
    """It is asked for neither in a rush nor never, and lives for an hour at most."""
    answer = {"user_code": "aBcDeFgH", "device_code": "x", **named}
    sim.fail(Endpoint.DEVICE_CODE, faults.answer(answer))
    code = await login.request_code()
    assert (code.interval, code.seconds_left) == (interval, life)


LIVES = [(3600, 3600), (10**9, 86_400), (1e300, 86_400), (0.001, 60), (1, 60)]


@pytest.mark.parametrize(("named", "life"), [*LIVES, (0, 3600), (-5, 3600), (None, 3600)])
async def test_life_of_tokens(
    sim: SimulatedCarData, login: DeviceLogin, named: float | None, life: float
) -> None:
    """Neither a new login for every request, nor tokens that are believed for years."""
    answer = {**sim.issue_tokens(), "expires_in": named}
    stale = issued(sim)
    sim.fail(Endpoint.REFRESH, faults.answer(answer))
    tokens = await login.refresh(stale)
    left = (tokens.expires - datetime.now(UTC)).total_seconds()
    assert life * 0.75 <= left <= life


@pytest.mark.parametrize(("named", "life"), LIVES)
def test_life_of_tokens_of_the_app(named: float, life: float) -> None:
    answer = {"access_token": "a", "refresh_token": "r", "expires_in": named}
    tokens = read_tokens(answer, "log in", NOON)
    assert life * 0.75 <= (tokens.expires - NOON).total_seconds() <= life
