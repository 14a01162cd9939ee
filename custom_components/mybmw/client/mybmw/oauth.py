"""The login of North America and the rest of the world: OAuth with a captcha.

See docs/protocols/mybmw-app.md#login and #refresh.
"""

from base64 import b64encode
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Final, NamedTuple
from urllib.parse import parse_qs
from uuid import uuid4

import httpx

from ..core.convert import mapping
from ..core.errors import AnswerError, AuthError, CaptchaError
from ..transport.http import Http, Request, json_of
from .app_identity import code_challenge, code_verifier, random_token
from .http_errors import ask
from .regions import BMW_DOMAINS, SERVERS
from .tokens import REFUSED, AppAccount, MyBMWTokens, read_text, read_tokens

_FOUND: Final = 302


class _OAuth(NamedTuple):
    client_id: str
    secret: str
    return_url: str
    token_url: str
    scope: str

    @property
    def authenticate_url(self) -> str:
        return self.token_url.removesuffix("/token") + "/authenticate"

    @property
    def basic(self) -> str:
        return "Basic " + b64encode(f"{self.client_id}:{self.secret}".encode()).decode()


class OAuthLogin:
    """Gets tokens with password and captcha, or with a refresh token."""

    def __init__(self, http: Http, account: AppAccount, session_id: str) -> None:
        """Create it; the captcha token of the account is used for one login only."""
        self._http = http
        self._account = account
        self._session_id = session_id
        captcha = account.captcha or ""
        self._captcha = captcha if captcha.isascii() and captcha.isprintable() else None

    @property
    def can_log_in(self) -> bool:
        """Whether a login with password and captcha is possible."""
        return bool(self._account.password and self._captcha)

    async def log_in(self) -> MyBMWTokens:
        """Log in with password and captcha; raise `CaptchaError` if there is no captcha token."""
        if not self._captcha:
            raise CaptchaError("a new captcha token is needed to log in")
        cookies = httpx.Cookies()
        oauth = await self._oauth(cookies)
        verifier = code_verifier()
        form = {
            "client_id": oauth.client_id,
            "response_type": "code",
            "scope": oauth.scope,
            "redirect_uri": oauth.return_url,
            "state": random_token(22),
            "nonce": random_token(22),
            "code_challenge": code_challenge(verifier),
            "code_challenge_method": "S256",
        }
        authorization = await self._authorize(oauth, cookies, form)
        code = await self._code(oauth, cookies, form | {"authorization": authorization})
        return await self._tokens(
            oauth,
            cookies,
            {
                "code": code,
                "code_verifier": verifier,
                "redirect_uri": oauth.return_url,
                "grant_type": "authorization_code",
            },
        )

    async def _authorize(
        self, oauth: _OAuth, cookies: httpx.Cookies, form: Mapping[str, str]
    ) -> str:
        what = "log in"
        captcha, self._captcha = self._captcha or "", None
        form = {
            **form,
            "grant_type": "authorization_code",
            "username": self._account.username,
            "password": self._account.password or "",
        }
        headers = self._account.headers() | {"hcaptchatoken": captcha}
        request = Request(
            what, "POST", oauth.authenticate_url, headers=headers, form=form, cookies=cookies
        )
        try:
            response = await ask(self._http, request, REFUSED)
        except AuthError as error:
            if "captcha" in str(error).lower():
                raise CaptchaError(str(error), error.status) from None
            raise
        answer = mapping(json_of(response, what))
        return _query_value(answer.get("redirect_to"), "authorization", what)

    async def _code(self, oauth: _OAuth, cookies: httpx.Cookies, form: Mapping[str, str]) -> str:
        what = "authorize"
        headers = self._account.headers()
        request = Request(
            what,
            "POST",
            oauth.authenticate_url,
            headers=headers,
            params={"interaction-id": str(uuid4()), "client-version": headers["x-user-agent"]},
            form=form,
            cookies=cookies,
        )
        response = await ask(self._http, request, REFUSED, accepted=(_FOUND,))
        return _query_value(response.headers.get("location"), "code", what)

    async def refresh(self, stale: MyBMWTokens) -> MyBMWTokens:
        """Return new tokens for the refresh token, which becomes invalid."""
        cookies = httpx.Cookies()
        oauth = await self._oauth(cookies)
        form = {
            "scope": oauth.scope,
            "redirect_uri": oauth.return_url,
            "grant_type": "refresh_token",
            "refresh_token": stale.refresh,
        }
        return await self._tokens(oauth, cookies, form, stale)

    async def _tokens(
        self,
        oauth: _OAuth,
        cookies: httpx.Cookies,
        form: Mapping[str, str],
        stale: MyBMWTokens | None = None,
    ) -> MyBMWTokens:
        what = "get tokens"
        headers = self._account.headers() | {"authorization": oauth.basic}
        started = datetime.now(UTC)
        request = Request(
            what, "POST", oauth.token_url, headers=headers, form=form, cookies=cookies
        )
        response = await ask(self._http, request, REFUSED)
        return read_tokens(json_of(response, what), what, started, stale)

    async def _oauth(self, cookies: httpx.Cookies) -> _OAuth:
        what = "read the login settings"
        server = SERVERS[self._account.region]
        correlation = str(uuid4())
        headers = self._account.headers() | {
            "ocp-apim-subscription-key": server.app_key,
            "bmw-session-id": self._session_id,
            "x-identity-provider": "gcdm",
            "x-correlation-id": correlation,
            "bmw-correlation-id": correlation,
        }
        url = server.url("/eadrax-ucs/v1/presentation/oauth/config")
        response = await ask(
            self._http, Request(what, "GET", url, headers=headers, cookies=cookies)
        )
        answer = mapping(json_of(response, what))
        scopes = answer.get("scopes")
        oauth = _OAuth(
            client_id=read_text(answer, "clientId", what),
            secret=read_text(answer, "clientSecret", what),
            return_url=read_text(answer, "returnUrl", what),
            token_url=read_text(answer, "tokenEndpoint", what),
            scope=" ".join(map(str, scopes)) if isinstance(scopes, list) else "",
        )
        if not _is_of_bmw(oauth.token_url):
            raise AnswerError(f"{what}: the login is not at a secure address of BMW")
        self._http.redactor.learn_passing(oauth.secret)
        return oauth


def _is_of_bmw(url: str) -> bool:
    """Return whether a URL is on a server of BMW, so that the password may be sent to it."""
    try:
        parsed = httpx.URL(url)
    except httpx.InvalidURL, ValueError:
        return False
    return (
        (parsed.scheme, parsed.port, parsed.userinfo) == ("https", None, b"")
        and "\\" not in url
        and any(f".{parsed.host}".endswith(f".{domain}") for domain in BMW_DOMAINS)
    )


def _query_value(url: object, key: str, what: str) -> str:
    """Return a query parameter of a URL, which need not be valid before the "?"."""
    query = url.partition("?")[2] if isinstance(url, str) else ""
    values = parse_qs(query).get(key)
    if not values:
        raise AnswerError(f"{what}: {key} is missing in the answer")
    return values[0]
