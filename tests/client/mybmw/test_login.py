"""The login of North America and the rest of the world (mybmw-app.md#login)."""

from base64 import urlsafe_b64encode
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from hashlib import sha256
import json
import re
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
)
from custom_components.mybmw.client.mybmw import SERVERS, MyBMWTokens, Region, build_id
from tests.client.support import CAPTCHA, PASSWORD, USER, Client, Simulate, asked, make_client
from tests.replay import faults
from tests.replay.faults import Endpoint, Fault
from tests.replay.mybmw import SimulatedMyBMW

type NewClient = Callable[..., Client]

STEPS = [Endpoint.CONFIG, Endpoint.AUTHENTICATE, Endpoint.AUTHORIZE, Endpoint.TOKEN]


def form(request: httpx.Request) -> dict[str, str]:
    return {key: value for key, (value,) in parse_qs(request.content.decode()).items()}


def test_regions() -> None:
    """Library API helpers: the order of the regions; an unknown one is refused."""
    assert list(Region) == ["north_america", "china", "rest_of_world"]
    assert [SERVERS[region].code for region in Region] == ["na", "cn", "row"]
    with pytest.raises(ValueError, match="moon"):
        Region("moon")


@pytest.mark.parametrize("region", ["rest_of_world", "north_america"])
async def test_log_in(region: str, simulate: Simulate, new_client: NewClient) -> None:
    """Library 1, 2, 22: a login works with a captcha and yields tokens and the GCID."""
    sim = simulate("320i", region=region)
    client = new_client(region=region)
    tokens = await client.login.log_in()
    assert asked(sim) == STEPS
    assert tokens.gcid == sim.gcid
    assert client.saved == [tokens]
    assert client.login.tokens is tokens
    assert await client.login.token() == tokens.access
    assert len(sim.calls) == 4


async def test_tokens_are_kept(sim: SimulatedMyBMW, new_client: NewClient) -> None:
    """Library 22: what a login yields can be kept as JSON, and the next run goes on with it."""
    tokens = await new_client().login.log_in()
    again = MyBMWTokens.load(json.loads(json.dumps(tokens.dump())))
    assert again == tokens
    sim.clear_calls()
    await new_client(known=again, captcha=None, password=None).read()
    assert not set(asked(sim)) & set(STEPS)


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("access", None),
        ("refresh", ""),
        ("refresh", 7),
        ("expires", "soon"),
        ("expires", "2030-01-01"),
        ("gcid", []),
    ],
)
async def test_tokens_are_damaged(
    key: str, value: object, sim: SimulatedMyBMW, new_client: NewClient
) -> None:
    """Library 22: what is not understood is no login, which leads to a new one."""
    saved = (await new_client().login.log_in()).dump()
    assert MyBMWTokens.load({**saved, key: value}) is None
    assert MyBMWTokens.load([saved]) is None


async def test_headers(sim: SimulatedMyBMW, new_client: NewClient) -> None:
    """Library 39: who is calling, and that each secret goes only where it belongs."""
    client = new_client()
    await client.login.log_in()
    config, authenticate, authorize, token = client.requests
    for request in client.requests:
        assert request.headers["user-agent"] == "Dart/3.3 (dart:io)"
        agent = request.headers["x-user-agent"]
        assert agent == f"android({build_id('host', 1)});bmw;4.9.2(36892);row"
        assert re.fullmatch(r"android\(AP2A\.\d{6}\.\d{3}\);bmw;4\.9\.2\(36892\);row", agent)
    assert config.headers["ocp-apim-subscription-key"] == "4f1c85a3-758f-a37d-bbb6-f8704494acfa"
    assert config.headers["bmw-session-id"] == client.login.session_id
    assert config.headers["x-correlation-id"] == config.headers["bmw-correlation-id"]
    assert authenticate.headers["hcaptchatoken"] == CAPTCHA
    assert form(authenticate)["username"] == USER
    assert form(authenticate)["password"] == PASSWORD
    assert authorize.url.params["client-version"] == authorize.headers["x-user-agent"]
    assert token.headers["authorization"].startswith("Basic ")
    for request in (config, authorize, token):
        assert "hcaptchatoken" not in request.headers
        assert PASSWORD not in request.content.decode()


async def test_proof_key(sim: SimulatedMyBMW, new_client: NewClient) -> None:
    """The verifier fits the challenge (RFC 7636) and is a new one for each login."""
    verifiers = set()
    for _ in range(2):
        sim.offer_captcha(CAPTCHA)
        client = new_client()
        await client.login.log_in()
        _, authenticate, authorize, token = client.requests
        verifier = form(token)["code_verifier"]
        assert re.fullmatch(r"[A-Za-z0-9._~-]{86}", verifier)
        digest = urlsafe_b64encode(sha256(verifier.encode()).digest()).decode().rstrip("=")
        for request in (authenticate, authorize):
            fields = form(request)
            assert fields["code_challenge"] == digest
            assert fields["code_challenge_method"] == "S256"
            assert len(fields["state"]) == len(fields["nonce"]) == 22
            assert fields["state"] != fields["nonce"]
        verifiers.add(verifier)
    assert len(verifiers) == 2


async def test_cookies_stay_in_the_login(sim: SimulatedMyBMW) -> None:
    """Cookies go back to the login that brought them, and nowhere else."""

    def answer(request: httpx.Request) -> httpx.Response:
        response = sim.handle(request)
        if request.url.path.endswith("/authenticate"):
            response.headers["set-cookie"] = "seen=yes; Path=/"
        return response

    client = make_client(transport=httpx.MockTransport(answer))
    await client.login.log_in()
    assert [request.headers.get("cookie") for request in client.requests] == [
        None,
        None,
        "seen=yes",
        "seen=yes",
    ]
    await client.read()
    assert "cookie" not in client.requests[-1].headers


async def test_expiry(
    sim: SimulatedMyBMW, new_client: NewClient, freezer: FrozenDateTimeFactory
) -> None:
    """Tokens are taken for a minute shorter than the service says."""
    freezer.move_to("2026-11-10T12:00:00Z")
    sim.token_lifetime = 28_799
    tokens = await new_client().login.log_in()
    assert tokens.expires == datetime(2026, 11, 10, 12, tzinfo=UTC) + timedelta(seconds=28_739)


async def test_wrong_password(sim: SimulatedMyBMW, new_client: NewClient) -> None:
    """Library 13."""
    client = new_client(password="wrong-horse")
    with pytest.raises(AuthError, match="invalid_client") as caught:
        await client.login.log_in()
    assert caught.value.status == 401
    assert caught.value.key == "invalid_auth"
    assert "wrong-horse" not in str(caught.value)
    assert client.saved == []


@pytest.mark.parametrize("region", ["rest_of_world", "north_america"])
@pytest.mark.parametrize("captcha", [None, "", "größe", "two\nlines"])
async def test_missing_captcha(
    region: str, captcha: str | None, simulate: Simulate, new_client: NewClient
) -> None:
    """Library 3: nothing is sent without a captcha."""
    sim = simulate("320i", region=region)
    with pytest.raises(CaptchaError) as caught:
        await new_client(region=region, captcha=captcha).login.log_in()
    assert caught.value.key == "missing_captcha"
    assert sim.calls == []


@pytest.mark.parametrize(
    "fault",
    [
        faults.unauthorized(),
        faults.server_error(),
        faults.timeout(),
        faults.broken_json(),
        faults.quota(),
    ],
)
async def test_captcha_is_used_up(fault: Fault, sim: SimulatedMyBMW, new_client: NewClient) -> None:
    """Whatever comes of the request that carries it, a captcha is never sent twice."""
    client = new_client()
    sim.fail(Endpoint.AUTHENTICATE, fault)
    with pytest.raises(ClientError):
        await client.login.log_in()
    sim.clear_calls()
    with pytest.raises(CaptchaError):
        await client.login.log_in()
    assert sim.calls == []


@pytest.mark.parametrize("fault", [faults.server_error(), faults.no_network()])
async def test_captcha_is_kept(fault: Fault, sim: SimulatedMyBMW, new_client: NewClient) -> None:
    """A captcha that was not sent yet is still good."""
    client = new_client()
    sim.fail(Endpoint.CONFIG, fault)
    with pytest.raises(ClientError):
        await client.login.log_in()
    await client.login.log_in()
    assert asked(sim) == [Endpoint.CONFIG, *STEPS]


async def test_wrong_captcha(sim: SimulatedMyBMW, new_client: NewClient) -> None:
    with pytest.raises(AuthError, match="hCaptcha"):
        await new_client(captcha="P1_stale").login.log_in()


@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize(
    ("fault", "error"),
    [
        (faults.server_error(), ApiError),
        (faults.gateway(), ApiError),
        (faults.answer({"message": "Request Timeout", "statusCode": 408}, 408), ApiError),
        (faults.timeout(), NetworkError),
        (faults.no_network(), NetworkError),
        (faults.broken_json(), AnswerError),
        (faults.answer(None), AnswerError),
        (faults.answer([1]), AnswerError),
        (faults.answer({}), AnswerError),
        (faults.text("<html>"), AnswerError),
        (faults.unauthorized(), AuthError),
        (faults.blocked(), BlockedError),
    ],
)
async def test_failing_step(
    step: Endpoint,
    fault: Fault,
    error: type[ClientError],
    sim: SimulatedMyBMW,
    new_client: NewClient,
) -> None:
    """Library 15: each step that fails ends the login, with the cause as the type of the error."""
    client = new_client()
    sim.fail(step, fault)
    with pytest.raises(error) as caught:
        await client.login.log_in()
    assert type(caught.value) is error
    assert asked(sim) == STEPS[: STEPS.index(step) + 1]
    assert client.saved == []
    assert client.waits == []


async def test_blocked_says_so(sim: SimulatedMyBMW, new_client: NewClient) -> None:
    sim.fail(Endpoint.CONFIG, faults.blocked())
    with pytest.raises(BlockedError, match="refuses access to third-party programs") as caught:
        await new_client().login.log_in()
    assert caught.value.key == "blocked"


@pytest.mark.parametrize(
    ("answer", "missing"),
    [
        ({"redirect_to": "com.bmw.connected://oauth"}, "authorization"),
        ({"redirect_to": "redirect_uri=com.bmw.connected://oauth?client_id=1"}, "authorization"),
        ({"redirect_to": 7}, "authorization"),
    ],
)
async def test_useless_redirect(
    answer: object, missing: str, sim: SimulatedMyBMW, new_client: NewClient
) -> None:
    sim.fail(Endpoint.AUTHENTICATE, faults.answer(answer))
    with pytest.raises(AnswerError, match=missing):
        await new_client().login.log_in()


@pytest.mark.parametrize(
    "url",
    [
        "http://customer.bmwgroup.com/gcdm/oauth/token",
        "token",
        "ftp:/",
        "https://[",
        "https://login.example.com/gcdm/oauth/token",
        "https://bmwgroup.com.example.com/gcdm/oauth/token",
        "https://notbmwgroup.com/gcdm/oauth/token",
        "https://customer.bmwgroup.com@example.com/gcdm/oauth/token",
        "https://example.com\\.bmwgroup.com/gcdm/oauth/token",
        "https://example.com#.bmwgroup.com/token",
        "https://example.com?.bmwgroup.com/token",
        "https://customer.bmwgroup.com:8443/gcdm/oauth/token",
        "https://user@customer.bmwgroup.com/gcdm/oauth/token",
        "https://bmwgroup.com./gcdm/oauth/token",
        "https://127.0.0.1/gcdm/oauth/token",
        "https://localhost/gcdm/oauth/token",
        "https://ｂmwgroup.com.evil/gcdm/oauth/token",
        "",
    ],
)
async def test_insecure_login(url: str, sim: SimulatedMyBMW, new_client: NewClient) -> None:
    """A password is sent to BMW only, and never in the clear, whatever the settings say."""
    settings = {"clientId": "a", "clientSecret": "b", "returnUrl": "c", "tokenEndpoint": url}
    sim.fail(Endpoint.CONFIG, faults.answer(settings))
    with pytest.raises(AnswerError, match=r"secure|tokenEndpoint"):
        await new_client().login.log_in()
    assert asked(sim) == [Endpoint.CONFIG]


@pytest.mark.parametrize(
    "host",
    [
        "customer.bmwgroup.com",
        "CUSTOMER.BMWGroup.com",
        "login.bmwusa.com",
        "b2vapi.bmwgroup.us",
        "myprofile.bmw.com.cn",
        "www.bmw.com",
    ],
)
async def test_logins_of_bmw(host: str, sim: SimulatedMyBMW) -> None:
    """All places where BMW has servers may take a password."""
    hosts: set[str] = set()

    def handle(request: httpx.Request) -> httpx.Response:
        hosts.add(request.url.host)
        request.url = request.url.copy_with(
            host="cocoapi.bmwgroup.com" if "eadrax" in request.url.path else "customer.bmwgroup.com"
        )
        answer = sim.handle(request)
        if request.url.path.endswith("/oauth/config"):
            settings = answer.json() | {"tokenEndpoint": f"https://{host}/gcdm/oauth/token"}
            return httpx.Response(200, json=settings)
        return answer

    tokens = await make_client(transport=httpx.MockTransport(handle)).login.log_in()
    assert tokens.access
    assert hosts == {"cocoapi.bmwgroup.com", host.lower()}


async def test_odd_redirect() -> None:
    """What stands before the first "?" need not be a URL, and scopes may have raw spaces."""
    answers = {
        "config": httpx.Response(
            200,
            json={
                "clientId": "id",
                "clientSecret": "secret",
                "returnUrl": "com.bmw.connected://oauth",
                "tokenEndpoint": "https://login.bmwusa.com/gcdm/oauth/token",
                "scopes": None,
            },
        ),
        "authenticate": httpx.Response(
            200, json={"redirect_to": "redirect_uri=x://y?scope=openid a b&authorization=a%2Bb"}
        ),
        "authorize": httpx.Response(302, headers={"location": "com.mini.connected://oauth?code=c"}),
        "token": httpx.Response(200, json={"access_token": "first", "refresh_token": "second"}),
    }

    def answer(request: httpx.Request) -> httpx.Response:
        name = request.url.path.rsplit("/", 1)[1]
        return answers["authorize" if "interaction-id" in request.url.params else name]

    client = make_client(transport=httpx.MockTransport(answer))
    started = datetime.now(UTC)
    tokens = await client.login.log_in()
    assert (tokens.access, tokens.refresh, tokens.gcid) == ("first", "second", None)
    assert tokens.expires > started + timedelta(minutes=50)
    assert form(client.requests[2])["authorization"] == "a+b"
    assert {request.url.host for request in client.requests[1:]} == {"login.bmwusa.com"}
    assert parse_qs(client.requests[1].content.decode()).get("scope") is None
