"""The login in China: RSA-encrypted password, slider captcha, nonce.

See docs/protocols/mybmw-app.md#login-in-china.
"""

import asyncio
from base64 import b64decode
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Final

import httpx

from ..core.convert import mapping
from ..core.errors import AnswerError, ApiError, AuthError, CaptchaError
from ..transport.http import Http, Request, json_of
from .china import encrypt_password, login_nonce, solve_captcha
from .http_errors import ask, explanation
from .regions import SERVERS, Region
from .tokens import REFUSED, AppAccount, MyBMWTokens, read_text, read_tokens

_COP: Final = "/eadrax-coas/v1/cop"


class ChinaLogin:
    """Gets tokens with mobile number and password, or with a refresh token."""

    def __init__(self, http: Http, account: AppAccount) -> None:
        """Create it; the user name of the account is the mobile number with the prefix 86."""
        self._http = http
        self._account = account

    @property
    def can_log_in(self) -> bool:
        """Whether a login with the password is possible."""
        return bool(self._account.password)

    async def log_in(self) -> MyBMWTokens:
        """Log in with the password, and solve the slider captcha for it."""
        if not self._account.password:
            raise AuthError("the password is needed to log in")
        user = self._account.username
        try:
            key = await self._call("read the public key", "GET", f"{_COP}/publickey")
        except AuthError as error:
            # This request does not name the user, so a refusal does not concern the login
            raise ApiError(str(error), error.status or httpx.codes.OK) from None
        password = _encrypted(self._account.password, read_text(key, "value", "public key"))
        verify_id = await self._pass_captcha()
        answer = await self._call(
            "log in",
            "POST",
            "/eadrax-coas/v2/login/pwd",
            {"mobile": user, "password": password, "verifyId": verify_id, "deviceId": user},
            {"x-login-nonce": login_nonce(user, datetime.now(UTC))},
        )
        return read_tokens(answer, "log in", datetime.now(UTC))

    async def _pass_captcha(self) -> str:
        what = "solve the captcha"
        puzzle = await self._call(
            what, "POST", "/eadrax-coas/v2/cop/slider-captcha", {"mobile": self._account.username}
        )
        verify_id = read_text(puzzle, "verifyId", what)
        try:
            image = b64decode(read_text(puzzle, "backGroundImg", what))
            position = await asyncio.to_thread(solve_captcha, image)
        except ValueError as error:
            raise AnswerError(f"{what}: {error}") from None
        except ImportError as error:
            raise CaptchaError(f"{what}: {error}") from None
        try:
            await self._call(
                what,
                "POST",
                f"{_COP}/check-captcha",
                {"position": position, "verifyId": verify_id},
            )
        except AuthError as error:
            raise CaptchaError(str(error), error.status) from None
        return verify_id

    async def refresh(self, stale: MyBMWTokens) -> MyBMWTokens:
        """Return new tokens for the refresh token, which becomes invalid."""
        what = "get tokens"
        nonce = login_nonce(stale.gcid or "", datetime.now(UTC))
        started = datetime.now(UTC)
        response = await ask(
            self._http,
            Request(
                what,
                "POST",
                SERVERS[Region.CHINA].url("/eadrax-coas/v2/oauth/token"),
                headers=self._account.headers() | {"x-login-nonce": nonce},
                form={"refresh_token": stale.refresh, "grant_type": "refresh_token"},
            ),
            REFUSED,
        )
        return read_tokens(json_of(response, what), what, started, stale)

    async def _call(
        self,
        what: str,
        method: str,
        path: str,
        body: object = None,
        headers: Mapping[str, str] | None = None,
    ) -> Mapping[str, object]:
        """Call a login endpoint and return the `data` of its response."""
        request = Request(
            what,
            "GET" if method == "GET" else "POST",
            SERVERS[Region.CHINA].url(path),
            headers={**self._account.headers(), **(headers or {})},
            json=body,
        )
        answer = mapping(json_of(await ask(self._http, request, REFUSED), what))
        if answer.get("error") is True:
            raise AuthError(self._http.redactor.beginning(f"{what}: {explanation(answer)}"))
        return mapping(answer.get("data"))


def _encrypted(password: str, key: str) -> str:
    try:
        return encrypt_password(password, key)
    except ValueError:
        raise AnswerError("the public key cannot be used") from None
