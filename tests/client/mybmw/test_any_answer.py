"""Whatever the service answers, nothing but a `ClientError` comes out."""

from contextlib import suppress
from datetime import timedelta
import json
from typing import Any

import httpx
from hypothesis import HealthCheck, example, given, settings, strategies as st
import pytest

from custom_components.mybmw.client import ClientError, Command, CommandKind, dump
from tests.client.support import IX, MOBILE, Client, make_client, recorded, replay, tokens
from tests.replay import faults
from tests.replay.faults import Endpoint, Fault
from tests.replay.mybmw import SimulatedMyBMW

OBSERVER = (52.25, 4.5)
WORDS = (
    *("mappingInfos", "vin", "state", "capabilities", "eventId", "eventStatus", "errorDetails"),
    *("positionData", "position", "latitude", "longitude", "chargingProfile", "departureTimes"),
    *("clientId", "clientSecret", "tokenEndpoint", "returnUrl", "scopes", "redirect_to", "data"),
    *("access_token", "refresh_token", "expires_in", "gcid", "value", "verifyId", "error"),
    *("backGroundImg", "softwareVersionCurrent", "requiredServices", "tireState", "frontLeft"),
    *("isLscSupported", "lastUpdatedAt", "electricChargingState", "remainingChargingMinutes"),
)
TEXTS = (
    *("", "UNKNOWN", "CHARGING", "ERROR", "EXECUTED", "IGNORED", "2026-11-10T12:00:00Z", IX),
    *("https://customer.bmwgroup.com/gcdm/oauth/token", "http://[", "x://y?authorization=1&code=2"),
    *("größe", "a\nb", "9999-12-31T23:59:59-23:59", "0001-01-01T00:00:00Z", "1e999", "24:00"),
)
JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**63)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.sampled_from(TEXTS)
    | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(WORDS) | st.text(max_size=4), inner, max_size=5)
    ),
    max_leaves=12,
)
QUICK = settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
POLLED = (Endpoint.VEHICLES, Endpoint.PROFILE, Endpoint.STATE, Endpoint.CHARGING)
COMMANDED = (Endpoint.COMMAND, Endpoint.EVENT_STATUS, Endpoint.EVENT_POSITION, Endpoint.STATE)
LOGIN = (Endpoint.CONFIG, Endpoint.AUTHENTICATE, Endpoint.TOKEN)
CHINA = (
    *(Endpoint.CHINA_KEY, Endpoint.CHINA_CAPTCHA, Endpoint.CHINA_CHECK),
    *(Endpoint.CHINA_LOGIN, Endpoint.CHINA_REFRESH),
)


def usable(client: Client) -> None:
    """Whatever was read can be saved, and shown in diagnostics."""
    for vehicle in client.garage.vehicles.values():
        json.dumps(dump(vehicle))
    json.dumps(client.source.diagnostics())


@QUICK
@given(endpoint=st.sampled_from(POLLED), answer=JSON)
async def test_poll(endpoint: Endpoint, answer: Any) -> None:
    """A poll never raises."""
    sim, client = replay(recorded("ix_xdrive50"))
    sim.fail(endpoint, faults.answer(answer), times=None)
    for _ in range(2):
        poll = await client.garage.refresh(client.source)
        assert poll.error is None or isinstance(poll.error, ClientError)
        usable(client)
    sim.heal()
    client.source._fleet._due.clear()
    await client.garage.refresh(client.source)
    assert IX in client.garage.vehicles


@QUICK
@given(
    endpoint=st.sampled_from(COMMANDED),
    answer=JSON,
    kind=st.sampled_from([CommandKind.DOOR_LOCK, CommandKind.VEHICLE_FINDER]),
)
async def test_send(endpoint: Endpoint, answer: Any, kind: CommandKind) -> None:
    """A command succeeds, or ends in a `ClientError`."""
    sim, client = replay(recorded("ix_xdrive50"), observer=OBSERVER)
    await client.car()
    sim.fail(endpoint, faults.answer(answer), times=2)
    with suppress(ClientError):
        await client.garage.send(IX, Command(kind))
    usable(client)


@QUICK
@given(endpoint=st.sampled_from(LOGIN), answer=JSON)
async def test_login(endpoint: Endpoint, answer: Any) -> None:
    sim = SimulatedMyBMW(recorded("320i"))
    sim.fail(endpoint, faults.answer(answer))
    await try_to_log_in(make_client(transport=httpx.MockTransport(sim.handle)))


@QUICK
@given(location=st.sampled_from(TEXTS) | st.text(max_size=20), status=st.sampled_from([200, 302]))
async def test_login_redirect(location: str, status: int) -> None:
    def fault(request: httpx.Request) -> httpx.Response:
        headers = [(b"location", location.encode())]
        return httpx.Response(status, headers=headers, request=request)

    sim = SimulatedMyBMW(recorded("320i"))
    sim.fail(Endpoint.AUTHORIZE, fault)
    await try_to_log_in(make_client(transport=httpx.MockTransport(sim.handle)))


@QUICK
@given(
    answer=st.fixed_dictionaries(
        {},
        optional=dict.fromkeys(
            ("clientId", "clientSecret", "returnUrl", "tokenEndpoint", "scopes"), JSON
        ),
    )
)
@example(answer={"tokenEndpoint": "http://["})
@example(answer={"tokenEndpoint": "https://["})
async def test_login_settings(answer: dict[str, Any]) -> None:
    """Almost valid login settings lead to an error as well, never to a crash."""
    base = {
        "clientId": "31c357a0",
        "clientSecret": "not-so-secret",
        "returnUrl": "com.bmw.connected://oauth",
        "tokenEndpoint": "https://customer.bmwgroup.com/gcdm/oauth/token",
        "scopes": ["openid"],
    }
    sim = SimulatedMyBMW(recorded("320i"))
    sim.fail(Endpoint.CONFIG, faults.answer(base | answer))

    def handle(request: httpx.Request) -> httpx.Response:
        if request.url.scheme not in ("http", "https"):
            raise httpx.UnsupportedProtocol("as the real transport", request=request)
        return sim.handle(request)

    await try_to_log_in(make_client(transport=httpx.MockTransport(handle)))


@QUICK
@given(endpoint=st.sampled_from(CHINA), answer=JSON, enveloped=st.booleans())
async def test_login_china(endpoint: Endpoint, answer: Any, enveloped: bool) -> None:
    sim = SimulatedMyBMW(recorded("320i"), region="china", username=MOBILE)
    sim.fail(endpoint, faults.answer({"data": answer, "error": False} if enveloped else answer))
    known = tokens(sim.issue_tokens(), timedelta()) if endpoint is CHINA[-1] else None
    transport = httpx.MockTransport(sim.handle)
    await try_to_log_in(make_client(region="china", known=known, transport=transport))


@QUICK
@given(
    status=st.integers(100, 999),
    body=st.binary(max_size=20) | JSON.map(lambda value: json.dumps(value).encode()),
    header=st.text(st.characters(codec="latin-1", exclude_categories=["Cc"]), max_size=20),
)
async def test_any_response(status: int, body: bytes, header: str) -> None:
    """Any status with any body and any `Retry-After`."""

    def fault(request: httpx.Request) -> httpx.Response:
        headers = [(b"retry-after", header.encode("latin-1"))]
        return httpx.Response(status, content=body, headers=headers, request=request)

    sim, client = replay(recorded("ix_xdrive50"), captcha=None)
    sim.fail(Endpoint.ANY, fault, times=None)
    poll = await client.source.poll()
    assert poll.error is None or isinstance(poll.error, ClientError)
    assert all(1 <= seconds <= 30 for seconds in client.waits)


async def try_to_log_in(client: Client) -> None:
    with suppress(ClientError):
        await client.login.log_in()
    assert client.saved == ([client.login.tokens] if client.saved else [])


@pytest.mark.parametrize("fault", [faults.answer([[[]]]), faults.text("[" * 5000)])
async def test_deep(fault: Fault) -> None:
    """JSON that is nested too deeply is no JSON."""
    sim, client = replay(recorded("ix_xdrive50"))
    sim.fail(Endpoint.STATE, fault)
    poll = await client.source.poll()
    assert isinstance(poll.error, ClientError)
    usable(client)
