"""One login, by the password itself (docs/protocols/connecteddrive.md#login)."""

from base64 import b64encode
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from secrets import token_urlsafe
from typing import Final, Self
from urllib.parse import parse_qsl

import httpx

from ..core.convert import mapping, needed_timestamp, number
from ..core.errors import AccessDisabledError, AnswerError, ApiError, AuthError
from ..core.redaction import Redaction
from ..transport.http import Http, Request, json_of
from ..transport.tokens import Save, TokenKeeper, read_token
from .http_errors import check, explanation

_FORMS: Final = (
    ("/webapi/oauth/token/", "remote_services vehicle_data"),
    ("/gcdm/oauth/token", "authenticate_user vehicle_data remote_services"),
    ("/nlp/oauth/token", "authenticate_user vehicle_data remote_services journey_mate"),
)
_REDIRECTING: Final = "/gcdm/oauth/authenticate"
_REFUSED: Final = (400, 401, 403)
_NOT_THERE: Final = (404, 405)
_FOUND: Final = 302
_LIFETIME: Final = 28_800.0
_SHORTEST: Final = 60.0
_LONGEST: Final = 86_400.0
_MARGIN: Final = timedelta(seconds=60)
_SHARE: Final = 10


type _LogIn = Callable[[], Awaitable[ConnectedDriveTokens]]


@dataclass(frozen=True, slots=True, repr=False)
class ConnectedDriveAccount:
    """An account and its server; `key` and `secret` are those of the app, given by the user.

    `answer` is the one to the account's security question.
    """

    server: str
    username: str
    password: str
    key: str
    secret: str
    answer: str | None = None


@dataclass(frozen=True, slots=True, repr=False)
class ConnectedDriveTokens:
    """The tokens of a login; `expires` (UTC) is early by a margin."""

    access: str
    expires: datetime

    def hide(self, redactor: Redaction) -> None:
        """Hide the token in logs, errors and diagnostics."""
        redactor.learn_passing(self.access)

    def dump(self) -> dict[str, str | None]:
        """Return the tokens as JSON, to be stored in a safe place."""
        return {"access": self.access, "expires": self.expires.isoformat()}

    @classmethod
    def load(cls, saved: object) -> Self | None:
        """Restore what `dump` returned, None if that is invalid."""
        fields = mapping(saved)
        try:
            access = read_token(fields, "access", "tokens")
            return cls(access, needed_timestamp(fields.get("expires")))
        except AnswerError, ValueError:
            return None


class PasswordLogin:
    """Logs in with the password; there is nothing to refresh."""

    can_log_in: Final = True

    def __init__(self, http: Http, account: ConnectedDriveAccount) -> None:
        """Initialize the login; nothing is sent yet."""
        self._http = http
        self._account = account

    async def log_in(self) -> ConnectedDriveTokens:
        """Get a token; the path of the service has changed over the years."""
        missing: ApiError | AccessDisabledError | None = None
        ways: list[_LogIn] = [partial(self._ask, path, scope) for path, scope in _FORMS]
        for ask in (*ways, self._redirected):
            try:
                return await ask()
            except AccessDisabledError as error:
                missing = missing or error
            except ApiError as error:
                if error.status not in _NOT_THERE:
                    raise
                missing = missing or error
        raise missing or AnswerError("log in: no path of the login is known")

    async def refresh(self, stale: ConnectedDriveTokens) -> ConnectedDriveTokens:
        """Raise `AuthError`, so that the password is used: there are no refresh tokens."""
        raise AuthError("a token cannot be refreshed")

    async def _ask(self, path: str, scope: str) -> ConnectedDriveTokens:
        what, account = "log in", self._account
        basic = b64encode(f"{account.key}:{account.secret}".encode()).decode()
        form = {
            "grant_type": "password",
            "username": account.username,
            "password": account.password,
            "scope": scope,
        }
        headers = {"authorization": f"Basic {basic}", "accept": "application/json"}
        started = datetime.now(UTC)
        url = f"{account.server}{path}"
        response = await self._http.fetch(Request(what, "POST", url, headers=headers, form=form))
        self._check(response, what)
        return _tokens(mapping(json_of(response, what)), started)

    async def _redirected(self) -> ConnectedDriveTokens:
        """Log in as of 2020: the token is in the fragment of the address that one is sent to."""
        what, account = "log in", self._account
        form = {
            "username": account.username,
            "password": account.password,
            "client_id": account.key,
            "redirect_uri": f"{account.server}/",
            "response_type": "token",
            "scope": _FORMS[1][1],
            "state": token_urlsafe(),
            "locale": "en-GB",
        }
        started = datetime.now(UTC)
        url = f"{account.server}{_REDIRECTING}"
        response = await self._http.fetch(Request(what, "POST", url, form=form))
        if response.status_code != _FOUND:
            self._check(response, what)
        fields = dict(parse_qsl(response.headers.get("location", "").partition("#")[2]))
        if "error" in fields:
            raise AuthError(f"{what}: the service refuses it")
        return _tokens(fields, started)

    def _check(self, response: httpx.Response, what: str) -> None:
        status = response.status_code
        if status in _REFUSED:
            told = self._http.redactor.beginning(explanation(response))
            raise AuthError(f"{what}: HTTP {status} {told}".strip(), status)
        check(response, what, self._http.redactor)


class PasswordAuthenticator(TokenKeeper[ConnectedDriveTokens]):
    """The token of one account."""

    def __init__(
        self,
        http: Http,
        account: ConnectedDriveAccount,
        tokens: ConnectedDriveTokens | None = None,
        save: Save[ConnectedDriveTokens] | None = None,
        load: Callable[[], ConnectedDriveTokens | None] | None = None,
    ) -> None:
        """Initialize with the token of an earlier run, if there is one."""
        self.account = account
        redactor = http.redactor
        redactor.learn(account.username, account.password, account.answer)
        redactor.learn(account.key, account.secret)
        if tokens is not None:
            tokens.hide(redactor)

        def keep(new: ConnectedDriveTokens) -> Awaitable[None] | None:
            new.hide(redactor)
            return save(new) if save is not None else None

        super().__init__(PasswordLogin(http, account), tokens, keep, load)


def _tokens(fields: Mapping[str, object], started: datetime) -> ConnectedDriveTokens:
    access = read_token(fields, "access_token", "log in")
    return ConnectedDriveTokens(access, _expiry(fields.get("expires_in"), started))


def _expiry(told: object, started: datetime) -> datetime:
    """Return when to log in again; tokens live 8 hours, later ones one hour."""
    try:
        seconds = number(told)
    except ValueError:
        seconds = None
    wanted = min(seconds, _LONGEST) if seconds is not None and seconds > 0 else _LIFETIME
    life = timedelta(seconds=max(wanted, _SHORTEST))
    return started + life - min(_MARGIN, life / _SHARE)
