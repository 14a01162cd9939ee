"""Waiting when the service asks for patience, and giving up (mybmw-app.md#limits-and-errors)."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

from freezegun.api import FrozenDateTimeFactory
import httpx
import pytest

from custom_components.mybmw.client import ApiError, AuthError, BlockedError, QuotaError
from custom_components.mybmw.client.transport.http import TIMEOUT, retry_after
from tests.client.support import Client, asked
from tests.client.support.cardata import NOON
from tests.replay import faults
from tests.replay.faults import Endpoint, Fault
from tests.replay.mybmw import SimulatedMyBMW

type ClientOf = Callable[..., Client]

type NewClient = Callable[..., Client]

LOGIN = [Endpoint.CONFIG, Endpoint.AUTHENTICATE, Endpoint.AUTHORIZE, Endpoint.TOKEN]


def refusal(
    status: int = 429, body: object = None, headers: Mapping[str, str] | None = None
) -> Fault:
    return lambda request: httpx.Response(status, json=body, headers=headers, request=request)


@pytest.mark.parametrize("step", LOGIN)
async def test_login_waits(step: Endpoint, sim: SimulatedMyBMW, new_client: NewClient) -> None:
    """Library 23, 25, pitfall 6: 429, 429, OK → two waits, at every step of the login."""
    client = new_client()
    sim.fail(step, faults.rate_limited(2), times=2)
    await client.login.log_in()
    assert client.waits == [2, 2]
    assert asked(sim).count(step) == 3


@pytest.mark.parametrize("step", LOGIN)
async def test_login_gives_up(step: Endpoint, sim: SimulatedMyBMW, new_client: NewClient) -> None:
    """Library 24, 26: always 429 → an error after three waits."""
    client = new_client()
    sim.fail(step, faults.rate_limited(2), times=None)
    with pytest.raises(QuotaError) as caught:
        await client.login.log_in()
    assert client.waits == [2, 2, 2]
    assert asked(sim).count(step) == 4
    assert caught.value.retry_after == 2
    assert caught.value.key == "quota"


async def test_list_waits(sim: SimulatedMyBMW, new_client: NewClient) -> None:
    """Library 27, 29: 429 then OK, the login included."""
    client = new_client()
    sim.fail(Endpoint.VEHICLES, faults.rate_limited(1), times=2)
    await client.car()
    assert client.waits == [1, 1]
    assert asked(sim)[:7] == [*LOGIN, *[Endpoint.VEHICLES] * 3]


async def test_list_gives_up(sim: SimulatedMyBMW, client: Client) -> None:
    """Library 28."""
    sim.fail(Endpoint.VEHICLES, faults.rate_limited(1), times=None)
    poll = await client.source.poll()
    assert isinstance(poll.error, QuotaError)
    assert asked(sim) == [Endpoint.VEHICLES] * 4
    assert client.waits == [1, 1, 1]


async def test_quota_after_login(sim: SimulatedMyBMW, client: Client) -> None:
    """Library 30: 429, 401, then 429 for good → quota error."""
    sim.fail(Endpoint.VEHICLES, faults.rate_limited(1))
    sim.fail(Endpoint.VEHICLES, faults.unauthorized())
    sim.fail(Endpoint.VEHICLES, faults.rate_limited(1), times=None)
    poll = await client.source.poll()
    assert isinstance(poll.error, QuotaError)
    assert asked(sim).count(Endpoint.TOKEN) == 1


async def test_unauthorized_twice(sim: SimulatedMyBMW, client: Client) -> None:
    """Library 31: 401, and 401 again with a new token → auth error."""
    sim.fail(Endpoint.VEHICLES, faults.unauthorized(), times=2)
    poll = await client.source.poll()
    assert isinstance(poll.error, AuthError)
    assert asked(sim) == [
        Endpoint.VEHICLES,
        Endpoint.CONFIG,
        Endpoint.TOKEN,
        Endpoint.VEHICLES,
    ]


async def test_patience_and_login(sim: SimulatedMyBMW, client: Client) -> None:
    """Library 32: three times 429, then 401, then OK."""
    sim.fail(Endpoint.STATE, faults.rate_limited(1), times=3)
    sim.fail(Endpoint.STATE, faults.unauthorized())
    await client.car()
    assert client.waits == [1, 1, 1]
    assert asked(sim).count(Endpoint.TOKEN) == 1


async def test_patience_login_quota(
    sim: SimulatedMyBMW, client_of: Callable[..., Client], freezer: FrozenDateTimeFactory
) -> None:
    """Library 33: three times 429, then 401, then 429 → quota error."""
    freezer.move_to(NOON)
    client = client_of(sim)
    sim.fail(Endpoint.STATE, faults.rate_limited(1), times=3)
    sim.fail(Endpoint.STATE, faults.unauthorized())
    sim.fail(Endpoint.STATE, faults.rate_limited(3600), times=None)
    poll = await client.source.poll()
    assert isinstance(poll.error, QuotaError)
    assert poll.error.retry_after == 3600
    assert client.waits == [1, 1, 1]


@pytest.mark.parametrize("endpoint", [*LOGIN, Endpoint.VEHICLES, Endpoint.STATE])
async def test_quota_used_up(
    endpoint: Endpoint, sim: SimulatedMyBMW, new_client: NewClient, freezer: FrozenDateTimeFactory
) -> None:
    """Library 34: a quota that comes back in hours is an error at once."""
    freezer.move_to(NOON)
    client = new_client()
    sim.fail(endpoint, faults.quota("02:12:20"), times=None)
    poll = await client.source.poll()
    assert isinstance(poll.error, QuotaError)
    assert poll.error.retry_after == 2 * 3600 + 12 * 60 + 20
    assert asked(sim).count(endpoint) == 1
    assert client.waits == []


async def test_short_quota_is_waited_for(sim: SimulatedMyBMW, client: Client) -> None:
    """Pitfall 7: a quota that comes back in seconds is waited for."""
    sim.fail(Endpoint.STATE, faults.quota("00:00:20"))
    await client.car()
    assert client.waits == [20]


async def test_forbidden_is_no_quota(
    sim: SimulatedMyBMW, client: Client, client_of: ClientOf
) -> None:
    """A 403 without the word is something else: of the account, or of one car."""
    sim.fail(Endpoint.STATE, refusal(403, {"message": "Forbidden"}))
    poll = await client.source.poll()
    assert isinstance(poll.error, ApiError)
    assert poll.error.status == 403
    sim.fail(Endpoint.VEHICLES, refusal(403, {"message": "Forbidden"}), times=3)
    poll = await client_of(sim).source.poll()
    assert isinstance(poll.error, ApiError)


@pytest.mark.parametrize(
    ("body", "headers", "wait"),
    [
        ({"message": "Try again in 1 seconds."}, {}, 1),
        ({"message": "Try again in 12 seconds."}, {}, 12),
        ({"message": "Try again in 2.5 seconds."}, {}, 2.5),
        ({"message": "Try again in 30 seconds."}, {}, 30),
        ({"message": "replenished in 00:00:09."}, {}, 9),
        ({"message": "Try again in 0 seconds."}, {}, 1),
        ({"message": "Try again later."}, {}, 4),
        ({"message": 7}, {}, 4),
        ({}, {}, 4),
        ([], {}, 4),
        ({"message": "Try again in 12 seconds."}, {"retry-after": "7"}, 7),
        ({}, {"retry-after": " 5 "}, 5),
        ({}, {"retry-after": "Tue, 10 Nov 2026 12:00:09 GMT"}, 9),
        ({}, {"retry-after": "Tue, 10 Nov 2026 11:00:00 GMT"}, 1),
        ({}, {"retry-after": "Tue, 10 Nov 2026 13:00:08 +0100"}, 8),
        ({}, {"retry-after": "soon"}, 4),
    ],
)
async def test_how_long(
    body: object,
    headers: dict[str, str],
    wait: float,
    sim: SimulatedMyBMW,
    client: Client,
    freezer: FrozenDateTimeFactory,
) -> None:
    """Library API helpers, pitfall 7: whole numbers, HH:MM:SS, Retry-After; else 4 s."""
    freezer.move_to("2026-11-10T12:00:00Z")
    sim.fail(Endpoint.VEHICLES, refusal(429, body, headers))
    await client.source.poll()
    assert client.waits == [wait]


async def test_no_json(sim: SimulatedMyBMW, client: Client) -> None:
    """Library API helpers: no JSON → 4 s."""
    sim.fail(Endpoint.VEHICLES, faults.text("Slow down", 429))
    await client.source.poll()
    assert client.waits == [4]


@pytest.mark.parametrize(
    ("body", "headers", "told"),
    [
        ({"message": "Try again in 31 seconds."}, {}, 31),
        # Until the next day of BMW begins at most
        ({"message": "replenished in 24:00:00."}, {}, 43_380),
        ({}, {"retry-after": "3600"}, 3600),
        ({}, {"retry-after": "Tue, 10 Nov 2026 14:00:00 GMT"}, 7200),
    ],
)
async def test_too_long(
    body: object,
    headers: dict[str, str],
    told: float,
    sim: SimulatedMyBMW,
    client: Client,
    freezer: FrozenDateTimeFactory,
) -> None:
    """No wait is longer than 30 s; the error reports how long it would have been."""
    freezer.move_to("2026-11-10T12:00:00Z")
    sim.fail(Endpoint.VEHICLES, refusal(429, body, headers))
    poll = await client.source.poll()
    assert isinstance(poll.error, QuotaError)
    assert poll.error.retry_after == told
    assert client.waits == []


@pytest.mark.parametrize(
    "header", ["9" * 400, "Fri, 31 Dec 9999 23:59:59 -2359", "Fri, 32 Dec 2026 00:00:00 GMT"]
)
def test_absurd_header(header: str) -> None:
    assert retry_after(httpx.Response(429, headers={"retry-after": header})) is None


@pytest.mark.parametrize("hours", [400, 5000])
def test_absurd_message(hours: int) -> None:
    for tail in ("", ":00:00"):
        response = httpx.Response(429, json={"message": "9" * hours + tail})
        seconds = retry_after(response)
        assert seconds is None or seconds < 10**9


async def test_default_wait_is_real(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a way to sleep of its own the client uses the event loop's."""
    slept: list[float] = []

    async def sleep(seconds: float) -> None:
        slept.append(seconds)

    monkeypatch.setattr("asyncio.sleep", sleep)
    from custom_components.mybmw.client import Http, Redactor

    redactor = Redactor()
    async with httpx.AsyncClient() as web:
        await Http(web, redactor).pause(3)
    assert slept == [3]


async def test_timeout_of_requests(client: Client) -> None:
    """30 s for every phase (mybmw-app.md#regions)."""
    await client.read()
    phases = dict.fromkeys(("connect", "read", "write", "pool"), TIMEOUT)
    assert all(request.extensions["timeout"] == phases for request in client.requests)
    assert TIMEOUT == 30


@pytest.mark.parametrize("endpoint", [Endpoint.VEHICLES, Endpoint.PROFILE, Endpoint.STATE])
async def test_blocked(endpoint: Endpoint, sim: SimulatedMyBMW, client: Client) -> None:
    """489 is said in words and never retried."""
    sim.fail(endpoint, faults.blocked(), times=None)
    poll = await client.source.poll()
    assert isinstance(poll.error, BlockedError)
    assert "refuses access to third-party programs" in str(poll.error)
    assert asked(sim).count(endpoint) == 1
    assert client.waits == []


async def test_redirects_are_not_followed(sim: SimulatedMyBMW, client: Client) -> None:
    location = {"location": "https://cocoapi.bmwgroup.com/elsewhere"}
    sim.fail(Endpoint.VEHICLES, refusal(302, None, location), times=None)
    poll = await client.source.poll()
    assert isinstance(poll.error, ApiError)
    assert poll.error.status == 302
    assert {request.url.path for request in client.requests} == {"/eadrax-vcs/v5/vehicle-list"}


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (
            {"error": "invalid_request", "error_description": "no"},
            "HTTP 400 invalid_request - no",
        ),
        ({"statusCode": 400, "message": "bad"}, "HTTP 400 bad"),
        ({"error": True, "description": "系统异常", "code": 699121}, "HTTP 400 (code 699121)"),
        (["bad"], "HTTP 400"),
    ],
)
async def test_words_of_errors(
    body: object, words: str, sim: SimulatedMyBMW, client: Client
) -> None:
    """What the service explains stands in the error (mybmw-app.md#limits-and-errors)."""
    sim.fail(Endpoint.STATE, faults.answer(body, 400))
    poll = await client.source.poll()
    assert str(poll.error) == f"read a state: {words}"


def test_clock_of_dates() -> None:
    soon = datetime.now(UTC) + timedelta(seconds=90)
    header = format_datetime(soon, usegmt=True)
    seconds = retry_after(httpx.Response(429, headers={"retry-after": header}))
    assert seconds is not None
    assert 85 < seconds <= 90
