"""Logging in: a fleet by secret or key, a driver by consent (highmobility.md#tokens)."""

from base64 import urlsafe_b64encode
from datetime import timedelta
import hashlib
import logging

from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)
from freezegun.api import FrozenDateTimeFactory
import httpx
import jwt
import pytest

from custom_components.mybmw.client import AuthError, InvalidValueError, NetworkError
from custom_components.mybmw.client.core.values import Unreadable
from custom_components.mybmw.client.highmobility import (
    Application,
    HighMobilityTokens,
    KeyFormError,
    check_key,
    consent,
    endpoints,
    exchange,
    revoke,
)
from custom_components.mybmw.client.highmobility.auth import client_assertion
from tests.client.highmobility.support import APP, BACK, NOW, consented, fleet, linked
from tests.replay.highmobility import CLIENT_ID, SECRET, Place, fails, no_network

I4 = "WBY0FINGERPRINT01"
PUBLIC = Application(CLIENT_ID)
VISITED = {"client_id", "redirect_uri", "response_type", "state"}


def pem(key: ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey) -> str:
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()


def public(key: ec.EllipticCurvePrivateKey) -> str:
    form = PublicFormat.SubjectPublicKeyInfo
    return key.public_key().public_bytes(Encoding.PEM, form).decode()


async def test_secret() -> None:
    """A secret is enough; its tokens are saved before they are used, and not asked for again."""
    sim = fleet()
    made = linked(sim)
    await made.work()
    await made.source.poll()
    assert sim.asked(Place.TOKEN) == 1
    (tokens,) = made.saved
    assert tokens.refresh is None
    assert HighMobilityTokens.load(tokens.dump()) == tokens


@pytest.mark.parametrize(
    "spoil", [str, lambda text: text.replace("\n", "\\n"), lambda text: text.replace("\n", " ")]
)
async def test_key(spoil: type[str]) -> None:
    """A private key signs an assertion that another library believes, each once."""
    key = ec.generate_private_key(ec.SECP256R1())
    app = Application(CLIENT_ID, key_id="key-1", private_key=spoil(pem(key)))
    sim = fleet(secret=None, key_id="key-1", public_key=public(key))
    made = linked(sim, app=app)
    assert (await made.work()).error is None
    await made.source.api.login.replace(made.saved[0].access)
    assert len(made.saved) == 2
    other = ec.generate_private_key(ec.SECP256R1())
    stranger = linked(sim, app=Application(CLIENT_ID, key_id="key-1", private_key=pem(other)))
    assert isinstance((await stranger.work()).error, AuthError)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "-----BEGIN PRIVATE KEY-----",
        "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----",
        pem(ec.generate_private_key(ec.SECP384R1())),
        pem(rsa.generate_private_key(65537, 2048)),
        "x" * 20_000,
    ],
    ids=["empty", "header_alone", "no_key_inside", "other_curve", "rsa", "long"],
)
def test_no_key(text: str) -> None:
    """What is no P-256 key is refused before anything is sent."""
    with pytest.raises(KeyFormError):
        check_key(text)


@pytest.mark.parametrize(("sandbox", "place"), [(True, "sandbox."), (False, "")])
def test_assertion(sandbox: bool, place: str) -> None:
    """It names app and key, and the API that it is for; each is another one."""
    key = ec.generate_private_key(ec.SECP256R1())
    app = Application(CLIENT_ID, key_id="key-1", private_key=pem(key))
    made = [client_assertion(app, endpoints(sandbox=sandbox), NOW) for _ in range(2)]
    claims = [
        jwt.decode(
            item,
            key.public_key(),
            ["ES256"],
            audience=f"https://{place}api.high-mobility.com/v1",
            issuer="key-1",
            options={"verify_iat": False},
        )
        for item in made
    ]
    assert claims[0]["ver"] == 2
    assert claims[0]["iat"] == int(NOW.timestamp())
    assert claims[0]["jti"] != claims[1]["jti"]


async def test_wrong_secret() -> None:
    made = linked(fleet(), app=Application(CLIENT_ID, "another"))
    error = (await made.work()).error
    assert isinstance(error, AuthError)
    assert "another" not in str(error)


@pytest.mark.parametrize("app", [APP, PUBLIC])
async def test_consent(app: Application, freezer: FrozenDateTimeFactory) -> None:
    """From the browser to the first values: pending, approved in the portal, read."""
    sim = fleet(secret=app.client_secret)
    tokens = await consented(sim, I4, app)
    assert not tokens.approved
    made = linked(sim, app=app, fleet=False, tokens=tokens)
    assert made.source.pending
    poll = await made.work()
    assert (poll.error, poll.vins, dict(poll.readings)) == (None, None, {})
    assert made.source.unreadable(I4) is Unreadable.WAITING
    assert made.source.status.cause is Unreadable.WAITING
    assert sim.asked(Place.DATA) == 0
    freezer.tick(timedelta(minutes=2))
    sim.owner.approve()
    assert made.post(sim.deliveries[-1]) == 202
    poll = await made.work()
    assert poll.vins == frozenset({I4})
    assert made.garage.vehicles[I4].name == "i4 eDrive40"
    assert not made.source.pending


async def test_approval_without_a_webhook(freezer: FrozenDateTimeFactory) -> None:
    """A pending token is asked about every half hour, no more often."""
    sim = fleet()
    made = linked(sim, fleet=False, tokens=await consented(sim, I4))
    await made.work()
    asked = sim.asked(Place.TOKEN)
    sim.owner.approve()
    freezer.tick(timedelta(minutes=5))
    assert (await made.work()).vins is None
    assert sim.asked(Place.TOKEN) == asked
    freezer.tick(timedelta(minutes=25))
    assert (await made.work()).vins == frozenset({I4})


@pytest.mark.parametrize("app", [APP, PUBLIC])
def test_what_the_browser_is_sent_with(app: Application) -> None:
    """PKCE where there is no secret, and none with one; brand and locale only known ones."""
    visit = consent(app, endpoints(sandbox=True), BACK, brand="bmw", locale="de")
    url = httpx.URL(visit.url)
    assert url.host == "sandbox.owner-panel.high-mobility.com"
    assert url.params["brand"] == "bmw"
    assert url.params["locale"] == "de"
    if app.client_secret:
        assert visit.verifier is None
        assert set(url.params) == {*VISITED, "brand", "locale"}
    else:
        digest = hashlib.sha256((visit.verifier or "").encode()).digest()
        challenge = urlsafe_b64encode(digest).decode().rstrip("=")
        assert url.params["code_challenge"] == challenge
        assert url.params["code_challenge_method"] == "S256"
    plain = httpx.URL(consent(app, endpoints(), BACK, brand="audi", locale="fr").url)
    assert not {"brand", "locale"} & set(plain.params)
    assert visit.state != consent(app, endpoints(), BACK).state


async def test_code_of_another_visit() -> None:
    """A code works once, and with the verifier of its own visit only."""
    sim = fleet(secret=None)
    made = linked(sim, app=PUBLIC, fleet=False)
    visit = consent(PUBLIC, endpoints(), BACK)
    code = httpx.URL(sim.owner.consent(visit.url, I4)).params["code"]
    with pytest.raises(AuthError):
        await exchange(made.http, PUBLIC, endpoints(), code, BACK, "x" * 64)
    await exchange(made.http, PUBLIC, endpoints(), code, BACK, visit.verifier)
    with pytest.raises(AuthError):
        await exchange(made.http, PUBLIC, endpoints(), code, BACK, visit.verifier)


async def test_revoked_by_the_owner(freezer: FrozenDateTimeFactory) -> None:
    """A consent that was taken back needs a new one; nothing that was known is lost."""
    sim = fleet()
    made = linked(sim, fleet=False, tokens=await consented(sim, I4))
    sim.owner.approve()
    await made.work()
    sim.owner.revoke()
    made.post(sim.deliveries[-1])
    freezer.tick(timedelta(minutes=11))
    poll = await made.work()
    assert isinstance(poll.error, AuthError)
    assert made.garage.vehicles[I4].name == "i4 eDrive40"


async def test_removal() -> None:
    """Both tokens are ended; without a network it is reported that they are not."""
    sim = fleet()
    tokens = await consented(sim, I4)
    made = linked(sim, fleet=False)
    assert await revoke(made.http, APP, endpoints(), tokens) is None
    assert sim.revoked == [tokens.refresh, tokens.access]
    sim.fail(Place.REVOKE, no_network, 2)
    assert isinstance(await revoke(made.http, APP, endpoints(), tokens), NetworkError)


@pytest.mark.parametrize(
    ("answer", "usable"),
    [
        ({"status": "approved"}, True),
        ({"status": "active"}, True),
        ({"status": "pending"}, False),
        ({"status": "something new"}, False),
        ({}, True),
        ({"expires_in": -5, "status": "active"}, True),
        ({"expires_in": "soon", "status": 7}, False),
        ({"access_token": ""}, None),
        ({"access_token": ["a"]}, None),
    ],
)
async def test_odd_answers(answer: dict[str, object], usable: bool | None) -> None:
    """Two words for approved, and anything else is not; no token is no login."""
    sim = fleet()
    made = linked(sim)
    body = {"access_token": "t" * 20, "expires_in": 600, **answer}
    sim.fail(Place.TOKEN, fails(200, body))
    if usable is None:
        assert (await made.work()).error is not None
    else:
        assert (await made.source.api.login.log_in()).approved is usable


@pytest.mark.parametrize("url", ["http://example.com", "ftp://x", "https://", "https://a:b@c", "x"])
def test_addresses(url: str) -> None:
    """A secret is sent to https only."""
    with pytest.raises(InvalidValueError):
        endpoints(token=url)
    assert endpoints(token=" ").token == "https://api.high-mobility.com/v1/access_tokens"
    assert endpoints(authorize="http://localhost:8/oauth/new").authorize.startswith("http://local")


async def test_no_secret_is_seen(caplog: pytest.LogCaptureFixture) -> None:
    """Neither log nor diagnostics nor recording has a secret, a token or a VIN."""
    caplog.set_level(logging.DEBUG)
    sim = fleet()
    made = linked(sim, fleet=False, tokens=await consented(sim, I4))
    sim.owner.approve()
    await made.work()
    sim.fail(
        Place.DATA, fails(500, {"errors": [{"title": f"{I4} at 48.1,11.2", "detail": SECRET}]})
    )
    await made.source.poll()
    seen = caplog.text
    for needle in (SECRET, I4, *(token.access for token in sim.granted)):
        assert needle not in seen
