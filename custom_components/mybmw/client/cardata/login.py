"""The device login of CarData (docs/protocols/cardata.md#login).

The user approves a short code on BMW's page while the program polls. The tokens can be refreshed
as long as that happens at least every 14 days.
"""

from base64 import urlsafe_b64encode
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from hashlib import sha256
import logging
import re
import secrets
from typing import Final, Self
from urllib.parse import urlencode

import httpx
import orjson

from ..core.convert import mapping, needed_timestamp
from ..core.errors import AnswerError, ApiError, AuthError, ClientError, NetworkError, QuotaError
from ..core.redaction import Redaction
from ..transport.http import Http, Request, json_of, retry_after
from ..transport.tokens import is_account_id, read_account_id, read_token

_LOGGER = logging.getLogger(__name__)

OAUTH: Final = "https://customer.bmwgroup.com/gcdm/oauth"
APPROVAL_PAGE: Final = "https://customer.bmwgroup.com/oneid/link"

_MARGIN: Final = timedelta(minutes=10)
_USUAL_LIFETIME: Final = 3600.0
_SLOW_DOWN: Final = 5.0
_MAX_CODE_LENGTH: Final = 64
_NOT_READY: Final = b"invalid_access_token"
# Bounds in seconds for values of BMW: polling interval, lifetimes of codes and tokens
_INTERVAL: Final = 1.0, 60.0
_CODE_LIFE: Final = 0.0, 3600.0
_TOKEN_LIFE: Final = 60.0, 86_400.0
_CLIENT_ID: Final = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_DEVICE_GRANT: Final = "urn:ietf:params:oauth:grant-type:device_code"
_REFUSED: Final = frozenset(
    {
        "access_denied",
        "invalid_client",
        "invalid_grant",
        "invalid_request",
        "invalid_token",
        "unauthorized_client",
    }
)


class Scope(StrEnum):
    """OAuth scopes; the user subscribes to those of CarData in BMW's portal."""

    USER = "authenticate_user"
    OPENID = "openid"
    API = "cardata:api:read"
    STREAM = "cardata:streaming:read"


ALL_SCOPES: Final = tuple(Scope)


class LoginFailure(StrEnum):
    """Why a device login failed; each cause needs another action of the user."""

    EXPIRED = "code_expired"
    DENIED = "access_denied"
    UNKNOWN_CLIENT = "unknown_client"
    NOT_READY = "not_ready"
    REFUSED = "refused"
    NO_API = "api_not_subscribed"
    NO_STREAM = "stream_not_subscribed"
    NO_SERVICE = "nothing_subscribed"


_NEEDED: Final[Mapping[Scope, LoginFailure]] = {
    Scope.API: LoginFailure.NO_API,
    Scope.STREAM: LoginFailure.NO_STREAM,
}


def is_client_id(text: str) -> bool:
    """Return whether a text has the form of a client id in lower case."""
    return _CLIENT_ID.fullmatch(text) is not None


class LoginError(AuthError):
    """A device login failed and has to be started again."""

    def __init__(self, failure: LoginFailure, message: str) -> None:
        """Create the error with its cause."""
        super().__init__(message)
        self.failure = failure


@dataclass(frozen=True, slots=True, repr=False)
class DeviceCode:
    """A code for the user to approve; poll every `interval` seconds until it `expires` (UTC)."""

    user_code: str
    device_code: str
    url: str
    interval: float
    expires: datetime
    verifier: str

    @property
    def seconds_left(self) -> float:
        """The seconds until the code expires."""
        return max(0.0, (self.expires - datetime.now(UTC)).total_seconds())


@dataclass(frozen=True, slots=True, repr=False)
class CardataTokens:
    """One set of tokens; `expires` (UTC) is some minutes before the access token really does.

    `refreshed` is when BMW issued them; the refresh token expires 14 days later.
    """

    access: str
    refresh: str
    identity: str
    gcid: str
    expires: datetime
    refreshed: datetime
    scopes: tuple[str, ...] = ()

    @property
    def missing(self) -> tuple[LoginFailure, ...]:
        """The scopes that are not subscribed; none if the response did not name any scopes."""
        granted = self.scopes or tuple(_NEEDED)
        return tuple(failure for scope, failure in _NEEDED.items() if scope not in granted)

    def hide(self, redactor: Redaction) -> None:
        """Add the tokens and the account id to the secrets of a redactor."""
        redactor.learn(self.gcid)
        redactor.learn_passing(self.access, self.refresh, self.identity)

    def dump(self) -> dict[str, object]:
        """Return the tokens as JSON, to be stored in a safe place."""
        return {
            "access": self.access,
            "refresh": self.refresh,
            "identity": self.identity,
            "gcid": self.gcid,
            "expires": self.expires.isoformat(),
            "refreshed": self.refreshed.isoformat(),
            "scopes": list(self.scopes),
        }

    @classmethod
    def load(cls, saved: object) -> Self | None:
        """Return the tokens of a `dump`, None if they are invalid."""
        fields = mapping(saved)
        scopes = fields.get("scopes")
        try:
            return cls(
                access=read_token(fields, "access", "tokens"),
                refresh=read_token(fields, "refresh", "tokens"),
                identity=read_token(fields, "identity", "tokens"),
                gcid=read_account_id(fields, "tokens"),
                expires=needed_timestamp(fields.get("expires")),
                refreshed=needed_timestamp(fields.get("refreshed")),
                scopes=tuple(map(str, scopes)) if isinstance(scopes, list) else (),
            )
        except AnswerError, ValueError:
            return None


class DeviceLogin:
    """Requests device codes, and exchanges them or a refresh token for tokens."""

    can_log_in: Final = False

    def __init__(self, http: Http, client_id: str) -> None:
        """Create it with the client id of BMW's portal, which is refused in upper case."""
        self._http = http
        self._client_id = client_id.strip().lower()
        http.redactor.learn(self._client_id)

    async def request_code(self, scopes: tuple[Scope, ...] = ALL_SCOPES) -> DeviceCode:
        """Return a code to approve; raise `LoginError`, also for scopes that are not subscribed."""
        try:
            return await self._code(scopes)
        except LoginError as error:
            if error.failure is not LoginFailure.REFUSED or scopes != ALL_SCOPES:
                raise
        raise await self._subscription_error()

    async def approved(self, code: DeviceCode) -> CardataTokens:
        """Return the tokens once the code is approved; network errors are retried.

        Raises `LoginError` when the code is refused or has expired.
        """
        wait: float = code.interval
        while True:
            await self._http.pause(min(wait, code.seconds_left))
            try:
                answer = await self.poll(code)
            except (NetworkError, ApiError) as error:
                _LOGGER.debug("Waiting for the approval: %s", error)
                wait = code.interval
                continue
            if isinstance(answer, CardataTokens):
                return answer
            wait = answer
            # "slow_down" applies to all further requests (RFC 8628 §3.5)
            code = replace(code, interval=min(wait, code.interval + _SLOW_DOWN))

    async def poll(self, code: DeviceCode) -> CardataTokens | float:
        """Return the tokens if the code is approved, else the seconds to wait.

        Raises `LoginError` when the code has expired or was refused.
        """
        if code.expires <= datetime.now(UTC):
            raise LoginError(LoginFailure.EXPIRED, "the code was not approved in time")
        form = {
            "client_id": self._client_id,
            "device_code": code.device_code,
            "code_verifier": code.verifier,
            "grant_type": _DEVICE_GRANT,
        }
        response = await self._http.fetch(self._request("wait for the approval", "token", form))
        match _error_of(response):
            case "":
                return _read(response, "wait for the approval", None)
            case "authorization_pending":
                return code.interval
            case "slow_down":
                return code.interval + _SLOW_DOWN
            case word:
                return _seconds_to_wait(response, word, code)

    async def log_in(self) -> CardataTokens:
        """Raise `AuthError`, since only the user can approve a code."""
        raise AuthError("the user has to approve a new code")

    async def refresh(self, stale: CardataTokens) -> CardataTokens:
        """Return new tokens for the refresh token; all lifetimes start again."""
        what = "get tokens"
        form = {
            "grant_type": "refresh_token",
            "refresh_token": stale.refresh,
            "client_id": self._client_id,
        }
        response = await self._http.fetch(self._request(what, "token", form))
        word = _error_of(response)
        status = response.status_code
        if word in _REFUSED:
            raise AuthError(f"{what}: {word}", status)
        if status == httpx.codes.UNAUTHORIZED:
            raise AuthError(f"{what}: HTTP {status}", status)
        if word:
            raise _failure(response, what)
        return _read(response, what, stale)

    async def _code(self, scopes: tuple[Scope, ...]) -> DeviceCode:
        what = "ask for a code"
        verifier = secrets.token_urlsafe(48)
        digest = sha256(verifier.encode()).digest()
        form = {
            "client_id": self._client_id,
            "response_type": "device_code",
            "scope": " ".join(scopes),
            "code_challenge": urlsafe_b64encode(digest).rstrip(b"=").decode(),
            "code_challenge_method": "S256",
        }
        asked = datetime.now(UTC)
        response = await self._http.fetch(self._request(what, "device/code", form))
        word = _error_of(response)
        if word in _REFUSED:
            raise LoginError(LoginFailure.REFUSED, f"{what}: {word}")
        if word and _NOT_READY in response.content:
            raise LoginError(LoginFailure.NOT_READY, f"{what}: the rights are not ready yet")
        if word:
            raise _failure(response, what)
        answer = mapping(json_of(response, what))
        code = read_token(answer, "user_code", what, _MAX_CODE_LENGTH)
        life = _seconds(answer.get("expires_in"), 300.0, _CODE_LIFE)
        return DeviceCode(
            user_code=code,
            device_code=read_token(answer, "device_code", what),
            url=f"{APPROVAL_PAGE}?{urlencode({'user_code': code})}",
            interval=_seconds(answer.get("interval"), 5.0, _INTERVAL),
            expires=asked + timedelta(seconds=life),
            verifier=verifier,
        )

    async def _subscription_error(self) -> LoginError:
        """Return which scope is not subscribed, by requesting a code for one scope at a time."""
        missing = [failure for scope, failure in _NEEDED.items() if await self._lacks(scope)]
        cause = missing[0] if missing else LoginFailure.NOT_READY
        if len(missing) == len(_NEEDED):
            known = not await self._lacks()
            cause = LoginFailure.NO_SERVICE if known else LoginFailure.UNKNOWN_CLIENT
        return LoginError(cause, f"no code: {cause}")

    async def _lacks(self, *scopes: Scope) -> bool:
        """Return whether the client gets no code for these scopes; raise other errors."""
        try:
            await self._code((Scope.USER, Scope.OPENID, *scopes))
        except LoginError as error:
            if error.failure is not LoginFailure.REFUSED:
                raise
            return True
        return False

    def _request(self, what: str, path: str, form: Mapping[str, str]) -> Request:
        headers = {"accept": "application/json"}
        return Request(what, "POST", f"{OAUTH}/{path}", headers=headers, form=form)


def _seconds_to_wait(response: httpx.Response, word: str, code: DeviceCode) -> float:
    """Return the seconds to wait after an unexpected error, or raise `LoginError`."""
    failures = {
        "expired_token": LoginFailure.EXPIRED,
        "access_denied": LoginFailure.DENIED,
        "invalid_client": LoginFailure.UNKNOWN_CLIENT,
    }
    if word in failures:
        raise LoginError(failures[word], f"the code was not approved: {word}")
    if word in _REFUSED:
        raise LoginError(LoginFailure.REFUSED, f"the code is not good any more: {word}")
    if _NOT_READY in response.content:
        raise LoginError(LoginFailure.NOT_READY, "the client's rights are not ready yet")
    return max(code.interval, retry_after(response) or 0.0)


def _error_of(response: httpx.Response) -> str:
    """Return the OAuth error of a response, its status if it has none, "" for a success.

    The body of a server error (5xx) is ignored, since it does not mean that the login is refused.
    """
    if response.is_success:
        return ""
    if response.is_server_error:
        return f"HTTP {response.status_code}"
    try:
        body = mapping(orjson.loads(response.content))
    except orjson.JSONDecodeError:
        body = {}
    word = body.get("error")
    return word if isinstance(word, str) and word else f"HTTP {response.status_code}"


def _failure(response: httpx.Response, what: str) -> ClientError:
    status = response.status_code
    if status == httpx.codes.TOO_MANY_REQUESTS:
        return QuotaError(f"{what}: HTTP {status}", retry_after(response))
    return ApiError(f"{what}: HTTP {status}", status)


def _read(response: httpx.Response, what: str, stale: CardataTokens | None) -> CardataTokens:
    answer = mapping(json_of(response, what))
    now = datetime.now(UTC)
    scopes = answer.get("scope")
    life = timedelta(seconds=_seconds(answer.get("expires_in"), _USUAL_LIFETIME, _TOKEN_LIFE))
    return CardataTokens(
        access=read_token(answer, "access_token", what),
        refresh=read_token(answer, "refresh_token", what),
        identity=read_token(answer, "id_token", what),
        gcid=_gcid(answer, what, stale),
        expires=now + life - min(_MARGIN, life / 4),
        refreshed=now,
        scopes=tuple(scopes.split()) if isinstance(scopes, str) else (),
    )


def _gcid(answer: Mapping[str, object], what: str, stale: CardataTokens | None) -> str:
    """Return the account id, the known one if the response contains no valid one."""
    if stale is not None:
        gcid = answer.get("gcid")
        return gcid if is_account_id(gcid) else stale.gcid
    return read_account_id(answer, what) if answer.get("gcid") else ""


def _seconds(value: object, usual: float, bounds: tuple[float, float]) -> float:
    """Return a number of seconds within bounds; the usual one if the value is not a number."""
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not value > 0:
        return usual
    shortest, longest = bounds
    return min(max(float(min(value, longest)), shortest), longest)
