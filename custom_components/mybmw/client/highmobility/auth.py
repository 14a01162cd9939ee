"""The three ways to log in to High Mobility (docs/protocols/highmobility.md#tokens).

A fleet has client credentials: a secret, or a private key that signs an assertion. A driver gives
consent in the browser.
"""

from base64 import urlsafe_b64encode
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
import secrets
from typing import Final
from urllib.parse import urlencode
from uuid import uuid4

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ec import ECDSA, SECP256R1, EllipticCurvePrivateKey
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_pem_private_key
import orjson

from ..core.errors import AuthError, ClientError, InvalidValueError
from ..core.redaction import Redaction
from ..transport.http import Http, Request, json_of
from ..transport.tokens import Save, TokenKeeper
from .endpoints import Endpoints
from .http_errors import check
from .tokens import HighMobilityTokens, read_tokens

BRANDS: Final = ("bmw", "mini")
"""The brands that the consent pages and the fleet know, of those that are read here."""

SIMULATED: Final = "sandbox"
"""The brand of the simulated cars that a fleet has in the sandbox."""

LOCALES: Final = ("en", "de")
"""The languages of the consent pages."""

_ASSERTION: Final = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
_BYTES: Final = 32
_LONGEST_KEY: Final = 10_000
_MOST: Final = 1_000_000


class KeyFormError(InvalidValueError):
    """A private key that is no P-256 key in PEM form."""


@dataclass(frozen=True, slots=True, repr=False)
class Application:
    """One app in High Mobility's console; it has a secret or, with its id, a private key in PEM."""

    client_id: str
    client_secret: str | None = None
    key_id: str | None = None
    private_key: str | None = None
    app_id: str | None = None

    def hide(self, redactor: Redaction) -> None:
        """Hide it in logs, errors and diagnostics."""
        redactor.learn(self.client_id, self.client_secret, self.key_id, self.app_id)
        if self.private_key is not None:
            redactor.learn(self.private_key, *self.private_key.split())


@dataclass(frozen=True, slots=True, repr=False)
class Consent:
    """One visit of the owner to the consent pages: the address to open, and what belongs to it."""

    url: str
    state: str
    verifier: str | None


class ClientCredentials:
    """Gets tokens for a fleet; no approval is needed."""

    can_log_in: Final = True

    def __init__(self, http: Http, app: Application, where: Endpoints) -> None:
        """Initialize with an app that has a secret, or a private key and its id."""
        app.hide(http.redactor)
        self._http = http
        self._app = app
        self._where = where

    async def log_in(self) -> HighMobilityTokens:
        """Get new tokens."""
        body = {"grant_type": "client_credentials", **_proof(self._app, self._where)}
        return await _ask(self._http, self._where, "log in", body)

    async def refresh(self, _stale: HighMobilityTokens) -> HighMobilityTokens:
        """Get new tokens, since there is no refresh token."""
        return await self.log_in()


class DriverConsent:
    """Gets tokens with the refresh token from the consent of a driver."""

    can_log_in: Final = False

    def __init__(self, http: Http, app: Application, where: Endpoints) -> None:
        """Initialize with an app, with or without a secret."""
        app.hide(http.redactor)
        self._http = http
        self._app = app
        self._where = where

    async def log_in(self) -> HighMobilityTokens:
        """Raise `AuthError`, since consent is given in the browser."""
        raise AuthError("the owner has to give consent")

    async def refresh(self, stale: HighMobilityTokens) -> HighMobilityTokens:
        """Refresh the tokens; the answer also says whether the owner has approved."""
        if stale.refresh is None:
            raise AuthError("there is no refresh token")
        body = {
            "grant_type": "refresh_token",
            "client_id": self._app.client_id,
            "refresh_token": stale.refresh,
            **_secret(self._app),
        }
        return await _ask(self._http, self._where, "get tokens", body, stale)


def keeper(
    login: ClientCredentials | DriverConsent,
    redactor: Redaction,
    tokens: HighMobilityTokens | None = None,
    save: Save[HighMobilityTokens] | None = None,
    load: Callable[[], HighMobilityTokens | None] | None = None,
) -> TokenKeeper[HighMobilityTokens]:
    """Return the keeper of the tokens of a login, which hides them in logs before it saves them."""
    if tokens is not None:
        tokens.hide(redactor)

    def keep(new: HighMobilityTokens) -> Awaitable[None] | None:
        new.hide(redactor)
        return save(new) if save is not None else None

    return TokenKeeper(login, tokens, keep, load)


def consent(
    app: Application,
    where: Endpoints,
    redirect_uri: str,
    *,
    brand: str | None = None,
    locale: str | None = None,
    state: str | None = None,
) -> Consent:
    """Return the address of the consent pages, with a PKCE challenge if there is no secret."""
    verifier = None if app.client_secret else secrets.token_urlsafe(48)
    state = state or secrets.token_urlsafe(32)
    params = {
        "client_id": app.client_id,
        "redirect_uri": redirect_uri,
        "response_type": "code",
        "state": state,
        **({"app_id": app.app_id} if app.app_id else {}),
        **({"brand": brand} if brand in BRANDS else {}),
        **({"locale": locale} if locale in LOCALES else {}),
        **(_challenge(verifier) if verifier else {}),
    }
    joint = "&" if "?" in where.authorize else "?"
    return Consent(f"{where.authorize}{joint}{urlencode(params)}", state, verifier)


async def exchange(
    http: Http,
    app: Application,
    where: Endpoints,
    code: str,
    redirect_uri: str,
    verifier: str | None,
) -> HighMobilityTokens:
    """Exchange the code of the redirect for tokens, which may be pending."""
    app.hide(http.redactor)
    http.redactor.learn_passing(code, verifier)
    body = {
        "grant_type": "authorization_code",
        "client_id": app.client_id,
        "code": code,
        "redirect_uri": redirect_uri,
        **(_secret(app) or ({"code_verifier": verifier} if verifier else {})),
    }
    tokens = await _ask(http, where, "get tokens", body)
    tokens.hide(http.redactor)
    return tokens


async def revoke(
    http: Http, app: Application, where: Endpoints, tokens: HighMobilityTokens
) -> ClientError | None:
    """Revoke the tokens of a login; return the error if that failed."""
    tokens.hide(http.redactor)
    failed: ClientError | None = None
    for token in filter(None, (tokens.refresh, tokens.access)):
        body = {"token": token, "client_id": app.client_id, **_secret(app)}
        request = Request("end a login", "DELETE", where.token, json=body, max_size=_MOST)
        try:
            check(await http.fetch(request), request.what, http.redactor)
        except ClientError as error:
            failed = error
    return failed


def client_assertion(app: Application, where: Endpoints, now: datetime) -> str:
    """Return an assertion signed with the private key (RFC 7523); raise `KeyFormError`."""
    claims = {
        "ver": 2,
        "iss": app.key_id or app.client_id,
        "aud": f"{where.api}/v1",
        "iat": int(now.timestamp()),
        "jti": str(uuid4()),
    }
    head = _encoded(orjson.dumps({"alg": "ES256", "typ": "JWT"}))
    signed = f"{head}.{_encoded(orjson.dumps(claims))}"
    return f"{signed}.{_encoded(_signature(app.private_key or '', signed.encode()))}"


def check_key(private_key: str) -> None:
    """Raise `KeyFormError` if a text is no private key that can sign."""
    _key(private_key)


def _signature(private_key: str, content: bytes) -> bytes:
    first, second = decode_dss_signature(_key(private_key).sign(content, ECDSA(SHA256())))
    return first.to_bytes(_BYTES) + second.to_bytes(_BYTES)


def _key(private_key: str) -> EllipticCurvePrivateKey:
    """Read a key; line breaks may have become spaces, or a backslash and an "n"."""
    try:
        key = load_pem_private_key(_lines(private_key), None)
    except ValueError, TypeError, UnsupportedAlgorithm:
        raise KeyFormError("not a private key in PEM form") from None
    if not isinstance(key, EllipticCurvePrivateKey) or not isinstance(key.curve, SECP256R1):
        raise KeyFormError("not a private key on the curve P-256")
    return key


def _lines(private_key: str) -> bytes:
    text = private_key.replace("\\n", "\n").strip()
    parts = text.split("-----")
    if len(text) > _LONGEST_KEY or len(parts) != 5:
        raise KeyFormError("not a private key in PEM form")
    body = "\n".join(parts[2].split())
    return f"-----{parts[1]}-----\n{body}\n-----{parts[3]}-----\n".encode()


def _proof(app: Application, where: Endpoints) -> Mapping[str, str]:
    """Return the fields that authenticate the app: its secret, or a newly signed assertion."""
    if app.private_key is None:
        return {"client_id": app.client_id, **_secret(app)}
    return {
        "client_id": app.client_id,
        "client_assertion_type": _ASSERTION,
        "client_assertion": client_assertion(app, where, datetime.now(UTC)),
    }


def _secret(app: Application) -> Mapping[str, str]:
    return {"client_secret": app.client_secret} if app.client_secret else {}


def _challenge(verifier: str) -> Mapping[str, str]:
    return {
        "code_challenge": _encoded(sha256(verifier.encode()).digest()),
        "code_challenge_method": "S256",
    }


def _encoded(content: bytes) -> str:
    return urlsafe_b64encode(content).rstrip(b"=").decode()


async def _ask(
    http: Http,
    where: Endpoints,
    what: str,
    body: Mapping[str, str],
    stale: HighMobilityTokens | None = None,
) -> HighMobilityTokens:
    started = datetime.now(UTC)
    request = Request(what, "POST", where.token, json=dict(body), max_size=_MOST)
    response = await http.fetch(request)
    check(response, what, http.redactor)
    return read_tokens(json_of(response, what), what, started, stale)
