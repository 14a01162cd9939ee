"""The login, what ends it, and what HTTP errors mean."""

from datetime import UTC, datetime, timedelta
import logging

import pytest

from custom_components.mybmw.client import (
    AccessDisabledError,
    AccountLockedError,
    AnswerError,
    ApiError,
    AuthError,
    CarUnreachableError,
    ClientError,
    InvalidValueError,
    MaintenanceError,
    NetworkError,
    QuotaError,
    RetiredError,
)
from custom_components.mybmw.client.connecteddrive import ConnectedDriveTokens, server_url
from tests.replay.connecteddrive import Endpoint, SimulatedConnectedDrive
from tests.replay.connecteddrive.endpoints import LOGINS
from tests.replay.connecteddrive.service import BASE, KEY, PASSWORD, SECRET, USERNAME

from .conftest import CONVERTIBLE, I3, PHEV, LegacyClient, NewClient, Simulate


def logins(sim: SimulatedConnectedDrive) -> int:
    """Return how often a token was asked for."""
    return sum(call.endpoint is Endpoint.TOKEN for call in sim.calls)


async def test_form(sim: SimulatedConnectedDrive, client: LegacyClient) -> None:
    """The password grant, as the project describes it."""
    await client.read()
    [call] = [call for call in sim.calls if call.endpoint is Endpoint.TOKEN]
    assert call.path == "/webapi/oauth/token/"
    assert call.form == {
        "grant_type": "password",
        "username": USERNAME,
        "password": PASSWORD,
        "scope": "remote_services vehicle_data",
    }


@pytest.mark.parametrize("path", LOGINS[1:])
async def test_later_paths(path: str, simulate: Simulate, new_client: NewClient) -> None:
    """The path and the lifetime have changed over the years."""
    simulate(token_path=path, lifetime=3600)
    client = new_client()
    await client.read()
    [saved] = client.saved
    left = saved.expires - datetime.now(UTC)
    assert timedelta(minutes=58) < left < timedelta(hours=1)


async def test_redirecting_login(simulate: Simulate, new_client: NewClient) -> None:
    """The login of 2020 has the key in its form, and the secret nowhere."""
    sim = simulate(token_path=LOGINS[-1])
    await new_client().read()
    *others, call = [call for call in sim.calls if call.endpoint is Endpoint.TOKEN]
    assert [other.path for other in others] == [*LOGINS[:-1]]
    state = call.form["state"]
    assert len(state) > 20
    assert call.form == {
        "username": USERNAME,
        "password": PASSWORD,
        "client_id": KEY,
        "redirect_uri": f"{BASE}/",
        "response_type": "token",
        "scope": "authenticate_user vehicle_data remote_services",
        "state": state,
        "locale": "en-GB",
    }


@pytest.mark.parametrize(
    ("location", "kind"),
    [
        ("https://example.com/#error=access_denied&error_description=no", AuthError),
        ("https://example.com/#token_type=Bearer", AnswerError),
        ("https://example.com/?access_token=in-the-query", AnswerError),
        ("", AnswerError),
    ],
)
async def test_redirect_without_a_token(
    location: str, kind: type[ClientError], simulate: Simulate, new_client: NewClient
) -> None:
    sim, client = simulate(token_path=LOGINS[-1]), new_client()
    for _ in LOGINS[:-1]:
        sim.fail(Endpoint.TOKEN, 404)
    sim.fail(Endpoint.TOKEN, 302, headers={"location": location})
    poll = await client.garage.refresh(client.source)
    assert type(poll.error) is kind


async def test_eight_hours(sim: SimulatedConnectedDrive, client: LegacyClient) -> None:
    await client.read()
    left = client.saved[0].expires - datetime.now(UTC)
    assert timedelta(hours=7, minutes=58) < left < timedelta(hours=8)


async def test_new_login_before_expiry(sim: SimulatedConnectedDrive, new_client: NewClient) -> None:
    """A token that is about to end is not used any more."""
    client = new_client(
        tokens=ConnectedDriveTokens("old", datetime.now(UTC) - timedelta(seconds=1))
    )
    await client.read()
    assert logins(sim) == 1


async def test_one_new_login_after_401(sim: SimulatedConnectedDrive, client: LegacyClient) -> None:
    """A token that is refused is replaced once; a fresh one that is refused is not."""
    await client.read()
    sim.revoke()
    await client.read()
    assert logins(sim) == 2
    sim.fail(Endpoint.STATUS, 401, times=None)
    poll = await client.garage.refresh(client.source)
    assert set(poll.errors) == {I3, PHEV, CONVERTIBLE}
    assert logins(sim) == 2


async def test_refused_redirecting_login(simulate: Simulate, new_client: NewClient) -> None:
    sim, client = simulate(token_path=LOGINS[-1]), new_client(password="wrong")
    poll = await client.garage.refresh(client.source)
    assert isinstance(poll.error, AuthError)
    assert logins(sim) == len(LOGINS)


@pytest.mark.parametrize("wrong", [{"password": "wrong"}, {"secret": "wrong"}])
async def test_refused_login(
    wrong: dict[str, str], sim: SimulatedConnectedDrive, new_client: NewClient
) -> None:
    """It is tried once, since more could lock the account."""
    client = new_client(**wrong)
    poll = await client.garage.refresh(client.source)
    assert isinstance(poll.error, AuthError)
    assert logins(sim) == 1


ERRORS = [
    (405, AccessDisabledError),
    (408, CarUnreachableError),
    (410, RetiredError),
    (423, AccountLockedError),
    (429, QuotaError),
    (500, ApiError),
    (503, MaintenanceError),
]


@pytest.mark.parametrize(("status", "kind"), ERRORS)
async def test_errors(
    status: int, kind: type[ClientError], sim: SimulatedConnectedDrive, client: LegacyClient
) -> None:
    """Each means something of its own, of one car and of the list."""
    await client.read()
    sim.fail(Endpoint.STATUS, status, times=None, vin=I3)
    poll = await client.garage.refresh(client.source)
    assert type(poll.errors[I3]) is kind
    sim.heal()
    sim.fail(Endpoint.VEHICLES, status, times=None)
    poll = await client.garage.refresh(client.source)
    assert type(poll.error) is kind


@pytest.mark.parametrize("endpoint", [Endpoint.VEHICLES, Endpoint.STATUS])
async def test_server_error_that_passes(
    endpoint: Endpoint, sim: SimulatedConnectedDrive, client: LegacyClient
) -> None:
    """What all depends on is asked for up to five times more; maintenance takes longer anyway."""
    await client.read()
    sim.fail(endpoint, 500, times=5, vin=None if endpoint is Endpoint.VEHICLES else I3)
    await client.read()
    assert client.waits == [1, 2, 4, 8, 15]
    asked = len(sim.calls)
    sim.fail(Endpoint.VEHICLES, 503)
    poll = await client.garage.refresh(client.source)
    assert isinstance(poll.error, MaintenanceError)
    assert len(sim.calls) == asked + 1


@pytest.mark.parametrize(("status", "kind"), [(410, RetiredError), (423, AccountLockedError)])
async def test_errors_of_the_login(
    status: int, kind: type[ClientError], sim: SimulatedConnectedDrive, client: LegacyClient
) -> None:
    sim.fail(Endpoint.TOKEN, status)
    poll = await client.garage.refresh(client.source)
    assert type(poll.error) is kind
    assert logins(sim) == 1


async def test_wait_that_is_asked_for(sim: SimulatedConnectedDrive, client: LegacyClient) -> None:
    sim.fail(Endpoint.VEHICLES, 429, headers={"retry-after": "90"})
    poll = await client.garage.refresh(client.source)
    assert isinstance(poll.error, QuotaError)
    assert poll.error.retry_after == 90


async def test_details_that_fail(sim: SimulatedConnectedDrive, client: LegacyClient) -> None:
    """A further endpoint that fails leaves the state alone."""
    sim.fail(Endpoint.LAST_TRIP, 500)
    poll = await client.garage.refresh(client.source)
    assert (poll.error, dict(poll.errors)) == (None, {})
    assert client.source.problems["further details"] == 1


async def test_no_connection(sim: SimulatedConnectedDrive, client: LegacyClient) -> None:
    sim.cut(Endpoint.VEHICLES)
    poll = await client.garage.refresh(client.source)
    assert isinstance(poll.error, NetworkError)


async def test_no_secret_in_the_log(
    sim: SimulatedConnectedDrive, client: LegacyClient, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    await client.read()
    sim.fail(Endpoint.STATUS, 500, text=f'{{"error": {{"description": "{I3} {USERNAME}"}}}}')
    poll = await client.garage.refresh(client.source)
    shown = caplog.text + "".join(map(str, poll.errors.values()))
    for secret in (PASSWORD, SECRET, USERNAME, I3, client.saved[0].access):
        assert secret not in shown


def test_tokens_survive() -> None:
    tokens = ConnectedDriveTokens("abc", datetime(2026, 11, 29, 20, tzinfo=UTC))
    assert ConnectedDriveTokens.load(tokens.dump()) == tokens
    for odd in (None, {}, {"access": "a b"}, {"access": "a", "expires": "odd"}):
        assert ConnectedDriveTokens.load(odd) is None


@pytest.mark.parametrize(
    ("address", "url"),
    [
        ("rest_of_world", "https://b2vapi.bmwgroup.com"),
        ("china", "https://b2vapi.bmwgroup.cn:8592"),
        (" http://127.0.0.1:8099/ ", "http://127.0.0.1:8099"),
        ("https://bridge.example.com/base/", "https://bridge.example.com/base"),
    ],
)
def test_server(address: str, url: str) -> None:
    assert server_url(address) == url


@pytest.mark.parametrize(
    "address", ["", "nowhere", "ftp://a", "http://", "https://a:b@c", "http://a?b"]
)
def test_no_server(address: str) -> None:
    with pytest.raises(InvalidValueError):
        server_url(address)
