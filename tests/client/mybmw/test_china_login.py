"""The login in China as a whole (mybmw-app.md#login-in-china)."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
import json
import sys
import threading
from typing import Any
from urllib.parse import parse_qs

from freezegun.api import FrozenDateTimeFactory
import pytest

from custom_components.mybmw.client import (
    AnswerError,
    ApiError,
    AuthError,
    BlockedError,
    CaptchaError,
    ClientError,
    NetworkError,
    QuotaError,
)
from custom_components.mybmw.client.mybmw.china import solve_captcha
from tests.client.support import MOBILE, Client, Simulate, asked, sent, tokens
from tests.replay import faults
from tests.replay.china import read_nonce
from tests.replay.faults import Endpoint, Fault
from tests.replay.mybmw import SimulatedMyBMW

type NewClient = Callable[..., Client]

LOGIN = [
    Endpoint.CHINA_KEY,
    Endpoint.CHINA_CAPTCHA,
    Endpoint.CHINA_CHECK,
    Endpoint.CHINA_LOGIN,
]
STEPS = [*LOGIN, Endpoint.CHINA_REFRESH]


@pytest.fixture
def china(simulate: Simulate) -> SimulatedMyBMW:
    return simulate("ix_xdrive50", region="china", username=MOBILE)


@pytest.fixture
def new(new_client: NewClient) -> NewClient:
    def run(**options: Any) -> Client:
        return new_client(region="china", captcha=None, **options)

    return run


async def test_log_in(china: SimulatedMyBMW, new: NewClient) -> None:
    """Library 7: the login in China works without a captcha of the user."""
    client = new()
    await client.car()
    assert asked(china)[:4] == LOGIN
    known = client.login.tokens
    assert known is not None
    assert known.gcid == china.gcid
    assert client.saved == [known]
    (login,) = sent(client, "/login/pwd")
    assert read_nonce(login.headers["x-login-nonce"]) == MOBILE
    body = json.loads(login.content)
    assert body["mobile"] == body["deviceId"] == MOBILE
    assert "correct-horse" not in login.content.decode()
    assert {request.url.host for request in client.requests} == {"myprofile.bmw.com.cn"}
    for request in client.requests:
        assert request.headers["x-user-agent"].endswith(";4.9.2(36892);cn")


async def test_expiry(
    china: SimulatedMyBMW, new: NewClient, freezer: FrozenDateTimeFactory
) -> None:
    """How long a token lasts stands in the token; a minute is taken off."""
    freezer.move_to("2026-11-10T12:00:00Z")
    china.token_lifetime = 3300
    known = await new().login.log_in()
    assert known.expires == datetime(2026, 11, 10, 12, tzinfo=UTC) + timedelta(seconds=3240)


async def test_refresh_before_expiry(
    china: SimulatedMyBMW, new: NewClient, freezer: FrozenDateTimeFactory
) -> None:
    """Library 8 turned round (pitfall 8)."""
    freezer.move_to("2026-11-10T12:00:00Z")
    client = new()
    await client.car()
    china.clear_calls()
    freezer.tick(timedelta(hours=1))
    await client.login.token()
    assert asked(china) == [Endpoint.CHINA_REFRESH]


async def test_refresh_after_refusal(china: SimulatedMyBMW, new: NewClient) -> None:
    """Library 9: 401 on the state → exactly one refresh, with a nonce for the GCID."""
    client = new()
    await client.car()
    china.clear_calls()
    china.revoke()
    await client.car()
    state = Endpoint.STATE
    assert asked(china) == [state, Endpoint.CHINA_REFRESH, state, Endpoint.CHARGING]
    (refresh,) = sent(client, "/oauth/token")
    assert read_nonce(refresh.headers["x-login-nonce"]) == china.gcid
    known = client.saved[0]
    assert parse_qs(refresh.content.decode()) == {
        "refresh_token": [known.refresh],
        "grant_type": ["refresh_token"],
    }


async def test_refused_refresh_logs_in(china: SimulatedMyBMW, new: NewClient) -> None:
    """Library 10: a refused refresh token falls back to the password."""
    client = new()
    await client.car()
    china.clear_calls()
    china.revoke(refresh=True)
    await client.car()
    assert asked(china)[:6] == [Endpoint.STATE, Endpoint.CHINA_REFRESH, *LOGIN]


async def test_no_password(china: SimulatedMyBMW, new: NewClient) -> None:
    with pytest.raises(AuthError, match="password"):
        await new(password=None).login.log_in()
    assert china.calls == []
    client = new(password=None, known=tokens(china.issue_tokens()))
    china.revoke(refresh=True)
    poll = await client.source.poll()
    assert type(poll.error) is AuthError
    assert asked(china) == [Endpoint.VEHICLES, Endpoint.CHINA_REFRESH]


async def test_wrong_password(china: SimulatedMyBMW, new: NewClient) -> None:
    """Library 14, pitfall 27: a refusal in words and by HTTP status."""
    with pytest.raises(AuthError, match=r"HTTP 422 \(code 699121\)") as caught:
        await new(password="wrong-horse").login.log_in()
    assert caught.value.status == 422


async def test_refusal_within_success(china: SimulatedMyBMW, new: NewClient) -> None:
    """Pitfall 27: HTTP 200 with `error: true` is a refusal too."""
    answer = {"data": None, "code": 1, "error": True, "description": f"no {MOBILE}"}
    china.fail(Endpoint.CHINA_LOGIN, faults.answer(answer))
    with pytest.raises(AuthError, match="no ") as caught:
        await new().login.log_in()
    assert MOBILE not in str(caught.value)


@pytest.mark.parametrize("image", ["", "%%%", "größe", "bm8gaW1hZ2U=", 7, None])
async def test_useless_captcha(image: object, china: SimulatedMyBMW, new: NewClient) -> None:
    answer = {"data": {"verifyId": "one", "backGroundImg": image}, "error": False}
    china.fail(Endpoint.CHINA_CAPTCHA, faults.answer(answer))
    with pytest.raises((AnswerError, CaptchaError)):
        await new().login.log_in()
    assert asked(china) == LOGIN[:2]


async def test_without_pillow(
    china: SimulatedMyBMW, new: NewClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Library 38: the missing package is named."""
    answer = {"data": {"verifyId": "one", "backGroundImg": "aGk="}, "error": False}
    china.fail(Endpoint.CHINA_CAPTCHA, faults.answer(answer))
    monkeypatch.setitem(sys.modules, "PIL", None)
    with pytest.raises(CaptchaError, match="Pillow"):
        await new().login.log_in()


@pytest.mark.parametrize("region", ["rest_of_world", "north_america"])
async def test_others_do_without_pillow(
    region: str, simulate: Simulate, new_client: NewClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Library 38: where there is no slider captcha, nothing needs the package."""
    monkeypatch.setitem(sys.modules, "PIL", None)
    simulate("ix_xdrive50", region=region)
    await new_client(region=region).read()


async def test_captcha_is_solved_aside(
    china: SimulatedMyBMW, new: NewClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Pitfall 27: looking at the picture does not hold up the event loop."""
    solvers: list[int] = []

    def solve(image: bytes) -> str:
        solvers.append(threading.get_ident())
        return solve_captcha(image)

    monkeypatch.setattr("custom_components.mybmw.client.mybmw.china_login.solve_captcha", solve)
    await new().login.log_in()
    assert len(solvers) == 1
    assert solvers[0] != threading.get_ident()


@pytest.mark.parametrize("key", ["", "no key", "größe", 7, None])
async def test_useless_key(key: object, china: SimulatedMyBMW, new: NewClient) -> None:
    answer = {"data": {"value": key, "expires": "3600"}, "error": False}
    china.fail(Endpoint.CHINA_KEY, faults.answer(answer))
    with pytest.raises(AnswerError, match="key"):
        await new().login.log_in()


@pytest.mark.parametrize(
    ("step", "fault", "error"),
    [
        *((step, faults.server_error(), ApiError) for step in STEPS),
        *((step, faults.broken_json(), AnswerError) for step in STEPS),
        (Endpoint.CHINA_KEY, faults.gateway(), ApiError),
        (Endpoint.CHINA_CAPTCHA, faults.no_network(), NetworkError),
        (Endpoint.CHINA_LOGIN, faults.blocked(), BlockedError),
        (Endpoint.CHINA_REFRESH, faults.quota(), QuotaError),
    ],
)
async def test_failing_step(
    step: Endpoint,
    fault: Fault,
    error: type[ClientError],
    china: SimulatedMyBMW,
    new: NewClient,
) -> None:
    refreshing = step is Endpoint.CHINA_REFRESH
    client = new(known=tokens(china.issue_tokens(), timedelta()) if refreshing else None)
    china.fail(step, fault)
    with pytest.raises(error):
        await client.login.log_in()
    assert asked(china)[-1] is step
    assert client.saved == []


async def test_patience(china: SimulatedMyBMW, new: NewClient) -> None:
    client = new()
    for step in LOGIN:
        china.fail(step, faults.rate_limited(1))
    await client.login.log_in()
    assert client.waits == [1, 1, 1, 1]
