"""Keeping one login alive: refreshing, falling back, never twice at once (mybmw-app.md#refresh)."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
import logging
from urllib.parse import parse_qs

from freezegun.api import FrozenDateTimeFactory
import httpx
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
from custom_components.mybmw.client.mybmw import Authenticator, MyBMWTokens
from custom_components.mybmw.client.transport.tokens import TokenKeeper
from tests.client.support import CAPTCHA, Client, asked, make_client, recorded, tokens
from tests.replay import faults
from tests.replay.faults import Endpoint, Fault
from tests.replay.mybmw import SimulatedMyBMW

type NewClient = Callable[..., Client]

LOGIN = [Endpoint.CONFIG, Endpoint.AUTHENTICATE, Endpoint.AUTHORIZE, Endpoint.TOKEN]
REFRESH = [Endpoint.CONFIG, Endpoint.TOKEN]


async def test_saved_tokens_are_used(sim: SimulatedMyBMW, client: Client) -> None:
    """A restart costs no login."""
    known = client.login.tokens
    assert known is not None
    await client.car()
    assert not set(asked(sim)) & set(LOGIN)
    assert client.requests[0].headers["authorization"] == f"Bearer {known.access}"
    assert client.saved == []


async def test_refresh_before_expiry(
    sim: SimulatedMyBMW, new_client: NewClient, freezer: FrozenDateTimeFactory
) -> None:
    """Library 4 turned round (pitfall 8): what has expired is renewed before it is refused."""
    freezer.move_to("2026-11-10T12:00:00Z")
    client = new_client()
    await client.car()
    first = client.login.tokens
    assert first is not None
    sim.clear_calls()
    freezer.tick(timedelta(seconds=3539))
    await client.login.token()
    assert sim.calls == []
    freezer.tick(timedelta(seconds=1))
    await client.car()
    assert asked(sim)[:2] == REFRESH
    assert asked(sim).count(Endpoint.TOKEN) == 1
    second = client.login.tokens
    assert second is not None
    assert {first.access, first.refresh}.isdisjoint({second.access, second.refresh})
    assert second.gcid == first.gcid == sim.gcid


async def test_refresh_after_refusal(sim: SimulatedMyBMW, client: Client) -> None:
    """Library 5: 401 on the state → exactly one refresh, and the new token is kept."""
    await client.car()
    sim.clear_calls()
    sim.revoke()
    await client.car()
    state = Endpoint.STATE
    assert asked(sim) == [state, *REFRESH, state, Endpoint.CHARGING]
    assert len(client.saved) == 1
    assert client.login.tokens is client.saved[0]


async def test_what_a_refresh_sends(sim: SimulatedMyBMW, client: Client) -> None:
    known = client.login.tokens
    assert known is not None
    sim.revoke()
    await client.car()
    (token,) = [request for request in client.requests if request.url.path.endswith("/token")]
    fields = {key: value for key, (value,) in parse_qs(token.content.decode()).items()}
    assert fields["refresh_token"] == known.refresh
    assert fields["grant_type"] == "refresh_token"
    assert fields.keys() == {"refresh_token", "grant_type", "scope", "redirect_uri"}
    assert "cookie" not in token.headers


async def test_refused_refresh_logs_in(
    sim: SimulatedMyBMW, new_client: NewClient, caplog: pytest.LogCaptureFixture
) -> None:
    """Library 6: a refused refresh token falls back to the password; the debug log says so."""
    caplog.set_level("DEBUG")
    client = new_client(known=tokens(sim.issue_tokens()))
    sim.revoke(refresh=True)
    await client.car()
    assert asked(sim)[:7] == [Endpoint.VEHICLES, *REFRESH, *LOGIN]
    assert caplog.messages.count("The refresh token is refused, logging in anew") == 1


@pytest.mark.parametrize("given", [{"captcha": None}, {"password": None, "captcha": CAPTCHA}])
async def test_refused_refresh_without_password(
    given: dict[str, str | None], sim: SimulatedMyBMW, new_client: NewClient
) -> None:
    """Pitfall 10: when nothing else can be tried, it is the refusal that is reported."""
    client = new_client(known=tokens(sim.issue_tokens()), **given)
    sim.revoke(refresh=True)
    poll = await client.source.poll()
    assert type(poll.error) is AuthError
    assert "refresh token is invalid" in str(poll.error)
    assert asked(sim) == [Endpoint.VEHICLES, *REFRESH]


@pytest.mark.parametrize("step", REFRESH)
@pytest.mark.parametrize(
    ("fault", "error"),
    [
        (faults.no_network(), NetworkError),
        (faults.timeout(), NetworkError),
        (faults.server_error(), ApiError),
        (faults.broken_json(), AnswerError),
        (faults.blocked(), BlockedError),
        (faults.rate_limited(3600), QuotaError),
    ],
)
async def test_trouble_is_no_refusal(
    step: Endpoint,
    fault: Fault,
    error: type[ClientError],
    sim: SimulatedMyBMW,
    new_client: NewClient,
) -> None:
    """Pitfall 6: trouble on the way keeps the refresh token, and the captcha, for the next time."""
    known = tokens(sim.issue_tokens(), lifetime=timedelta())
    client = new_client(known=known)
    sim.fail(step, fault)
    with pytest.raises(error):
        await client.login.token()
    assert client.login.tokens is known
    assert Endpoint.AUTHENTICATE not in asked(sim)
    await client.login.token()
    assert asked(sim)[-2:] == REFRESH
    assert len(client.saved) == 1


async def test_gcid_is_remembered(sim: SimulatedMyBMW, client: Client) -> None:
    """A refresh that does not report the GCID leaves the known one."""
    sim.revoke()
    answer = {key: value for key, value in sim.issue_tokens().items() if key != "gcid"}
    sim.fail(Endpoint.TOKEN, faults.answer(answer))
    await client.car()
    (saved,) = client.saved
    assert saved.access == answer["access_token"]
    assert saved.gcid == sim.gcid


@pytest.mark.parametrize(
    ("lifetime", "seconds"),
    [
        *((3600, 3540), (100, 90), (10**12, 86_340)),
        *((None, 3240), (0, 3240), (-5, 3240), ("soon", 3240)),
    ],
)
async def test_lifetime(
    lifetime: object,
    seconds: int,
    sim: SimulatedMyBMW,
    client: Client,
    freezer: FrozenDateTimeFactory,
) -> None:
    """A lifetime that makes no sense is taken as a short one."""
    freezer.move_to("2026-11-10T12:00:00Z")
    sim.fail(Endpoint.TOKEN, faults.answer({**sim.issue_tokens(), "expires_in": lifetime}))
    await client.login.replace(client.login.tokens.access if client.login.tokens else "")
    (saved,) = client.saved
    assert saved.expires == datetime(2026, 11, 10, 12, tzinfo=UTC) + timedelta(seconds=seconds)


@pytest.mark.parametrize("bad", [None, "", 7, [], "größe"])
@pytest.mark.parametrize("key", ["access_token", "refresh_token"])
async def test_useless_tokens(
    key: str, bad: object, sim: SimulatedMyBMW, new_client: NewClient
) -> None:
    client = new_client()
    sim.fail(Endpoint.TOKEN, faults.answer({**sim.issue_tokens(), key: bad}))
    with pytest.raises(AnswerError, match=key):
        await client.login.log_in()
    assert client.saved == []


async def test_parallel_refusals() -> None:
    """Pitfall 8: three requests that are refused at the same time cause one refresh."""
    cars = recorded("320i", "530d", "x5_30d")
    sim = SimulatedMyBMW(cars)
    known = tokens(sim.issue_tokens())
    together = asyncio.Barrier(3)

    async def handle(request: httpx.Request) -> httpx.Response:
        response = sim.handle(request)
        if response.status_code == 401:
            await together.wait()
        await asyncio.sleep(0)
        return response

    client = make_client(known=known, transport=httpx.MockTransport(handle))
    await client.read()
    sim.clear_calls()
    sim.revoke()
    await client.read()
    assert asked(sim).count(Endpoint.TOKEN) == 1
    assert asked(sim).count(Endpoint.STATE) == 6
    assert len(client.saved) == 1


async def test_parallel_start(sim: SimulatedMyBMW) -> None:
    """Many requests at once log in once."""

    async def handle(request: httpx.Request) -> httpx.Response:
        await asyncio.sleep(0)
        return sim.handle(request)

    client = make_client(transport=httpx.MockTransport(handle))
    found = await asyncio.gather(*(client.login.token() for _ in range(5)))
    assert len(set(found)) == 1
    assert asked(sim) == LOGIN


async def test_late_refusal(sim: SimulatedMyBMW, client: Client) -> None:
    """A refusal of a token that was replaced in the meantime costs nothing."""
    known = client.login.tokens
    assert known is not None
    new = await client.login.replace(known.access)
    sim.clear_calls()
    assert await client.login.replace(known.access) == new
    assert sim.calls == []


@pytest.mark.parametrize("restored", [False, True])
async def test_saved_before_used(restored: bool, sim: SimulatedMyBMW) -> None:
    """Pitfall 9: tokens are saved before any of them goes out."""
    told: list[str] = []

    def handle(request: httpx.Request) -> httpx.Response:
        told.append(request.headers.get("authorization", "login").removeprefix("Bearer "))
        return sim.handle(request)

    def save(new: MyBMWTokens) -> None:
        told.append(f"save {new.access} {new.refresh}")

    known = tokens(sim.issue_tokens(), timedelta()) if restored else None
    transport = httpx.MockTransport(handle)
    client = make_client(known=known, transport=transport, on_save=save)
    await client.car()
    current = client.login.tokens
    assert current is not None
    assert told.count(f"save {current.access} {current.refresh}") == 1
    saved = told.index(f"save {current.access} {current.refresh}")
    assert current.access not in told[:saved]
    assert told[saved + 1] == current.access


async def test_tokens_of_another_account(sim: SimulatedMyBMW, client: Client) -> None:
    """A refresh token lives once: what another login saved is used in place of a refresh."""
    other = tokens(sim.issue_tokens())
    known = client.login.tokens
    login = Authenticator(client.http, client.login.account, known, load=lambda: other)
    assert known is not None
    assert await login.replace(known.access) == other.access
    assert sim.calls == []
    assert await login.replace(known.access) == other.access


async def test_another_process_was_faster(sim: SimulatedMyBMW, client: Client) -> None:
    """A refused refresh may mean that another login has used up the refresh token."""
    known, other = client.login.tokens, tokens(sim.issue_tokens())
    assert known is not None
    saved = iter([known, other])
    login = Authenticator(client.http, client.login.account, known, load=lambda: next(saved))
    sim.revoke(refresh=True)
    assert await login.replace(known.access) == other.access
    assert asked(sim) == REFRESH


async def test_callers_have_given_up(sim: SimulatedMyBMW) -> None:
    """A refresh token that was sent is used up: its answer is kept, even without a caller."""
    sim.token_lifetime = 3600
    arrived, go_on = asyncio.Event(), asyncio.Event()

    async def handle(request: httpx.Request) -> httpx.Response:
        response = sim.handle(request)
        if request.url.path.endswith("/token"):
            arrived.set()
            await go_on.wait()
        return response

    known = tokens(sim.issue_tokens(), timedelta())
    client = make_client(known=known, transport=httpx.MockTransport(handle))
    waiting = asyncio.create_task(client.login.token())
    await arrived.wait()
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    go_on.set()
    assert await client.login.token() == client.saved[0].access
    assert asked(sim) == REFRESH


async def test_login_fails_when_nobody_waits_any_more(
    sim: SimulatedMyBMW, caplog: pytest.LogCaptureFixture
) -> None:
    """Its error is none of the event loop; the next request tries again."""
    arrived, go_on = asyncio.Event(), asyncio.Event()

    async def handle(request: httpx.Request) -> httpx.Response:
        if not go_on.is_set():
            arrived.set()
            await go_on.wait()
            raise httpx.ConnectError("down", request=request)
        return sim.handle(request)

    client = make_client(
        transport=httpx.MockTransport(handle), known=tokens(sim.issue_tokens(), timedelta())
    )
    waiting = asyncio.create_task(client.login.token())
    await arrived.wait()
    renewal = client.login._renewal
    assert renewal is not None
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    go_on.set()
    await asyncio.wait([renewal])
    assert isinstance(renewal.exception(), NetworkError)
    assert await client.login.token()
    assert [record for record in caplog.records if record.levelno >= logging.ERROR] == []


async def test_login_is_cancelled(sim: SimulatedMyBMW) -> None:
    """A login that is ended from outside does not stand in the way of the next."""
    never = asyncio.Event()

    async def handle(request: httpx.Request) -> httpx.Response:
        await never.wait()
        return sim.handle(request)

    client = make_client(transport=httpx.MockTransport(handle))
    waiting = asyncio.create_task(client.login.token())
    await asyncio.sleep(0)
    assert client.login._renewal is not None
    client.login._renewal.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    never.set()
    assert await client.login.token()


async def test_refused_again(sim: SimulatedMyBMW, freezer: FrozenDateTimeFactory) -> None:
    """A car that is refused with a fresh token costs one refresh a minute, and only itself."""
    sim = SimulatedMyBMW(recorded("320i", "530d", "x5_30d"))
    known = tokens(sim.issue_tokens())
    client = make_client(known=known, transport=httpx.MockTransport(sim.handle))
    await client.read()
    sim.clear_calls()
    sim.fail(Endpoint.STATE, faults.unauthorized(), times=None, vin="WBA0FINGERPRINT08")
    for _ in range(2):
        poll = await client.source.poll()
        assert poll.error is None
        assert poll.errors.keys() == {"WBA0FINGERPRINT08"}
        assert isinstance(poll.errors["WBA0FINGERPRINT08"], AuthError)
    assert asked(sim).count(Endpoint.TOKEN) == 1
    freezer.tick(timedelta(minutes=2))
    await client.source.poll()
    assert asked(sim).count(Endpoint.TOKEN) == 2


async def test_refused_after_the_clock_was_ahead(
    sim: SimulatedMyBMW, client: Client, freezer: FrozenDateTimeFactory
) -> None:
    """A token that was replaced tomorrow was not replaced a moment ago."""
    await client.car()
    today = datetime.now(UTC)
    freezer.tick(timedelta(days=1))
    await client.car()
    sim.revoke()
    await client.car()
    freezer.move_to(today)
    sim.revoke()
    await client.car()


async def test_refresh_token_that_stays(sim: SimulatedMyBMW, client: Client) -> None:
    """A refresh whose answer names no new refresh token leaves the old one good."""
    known = client.login.tokens
    assert known is not None
    answer = {key: value for key, value in sim.issue_tokens().items() if key != "refresh_token"}
    sim.fail(Endpoint.TOKEN, faults.answer(answer))
    await client.login.replace(known.access)
    (saved,) = client.saved
    assert (saved.access, saved.refresh) == (answer["access_token"], known.refresh)


async def test_nothing_to_save_to(sim: SimulatedMyBMW, client: Client) -> None:
    """Saving is optional."""
    login = Authenticator(client.http, replace(client.login.account, captcha=CAPTCHA))
    assert await login.token()
    keeper = TokenKeeper(client.login._login, login.tokens)
    assert await keeper.token() == await login.token()
    sim.revoke()
    assert await keeper.replace(await login.token()) != await login.token()


async def test_fresh_captcha_each_time(sim: SimulatedMyBMW, new_client: NewClient) -> None:
    """A captcha that was used up does not help when the refresh token dies."""
    client = new_client()
    await client.car()
    sim.revoke(refresh=True)
    poll = await client.source.poll()
    assert type(poll.error) is AuthError
    sim.clear_calls()
    client.login.tokens = None
    with pytest.raises(CaptchaError):
        await client.login.token()
    assert sim.calls == []


async def test_session_survives(sim: SimulatedMyBMW, client: Client) -> None:
    """The session id stays the same through a new login (mybmw-app.md#headers)."""
    await client.car()
    sim.revoke()
    await client.car()
    sessions = {request.headers.get("bmw-session-id") for request in client.requests}
    assert sessions == {client.login.session_id, None}


def test_secrets_have_no_repr(sim: SimulatedMyBMW, client: Client) -> None:
    known = client.login.tokens
    assert known is not None
    assert known.access not in repr(known)
    assert client.login.account.username not in repr(client.login.account)
