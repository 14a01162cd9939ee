"""The OAuth login of north_america and rest_of_world (mybmw-app.md#login, #refresh)."""

from base64 import b64encode, urlsafe_b64encode
from dataclasses import dataclass, field
from hashlib import sha256
from hmac import compare_digest
import re
from typing import Final
from urllib.parse import urlencode

import httpx

from .fingerprints import Json
from .wire import (
    CORRELATION,
    HOSTS,
    LOGIN_HOST,
    SESSION,
    UUID4,
    Inbound,
    RefusedError,
    check_correlation,
    check_login_headers,
)
from .world import Tokens, World

CLIENT_ID: Final = "31c357a0-7a1d-4590-aa99-33b97244d048"
CLIENT_SECRET: Final = "not-so-secret"
RETURN_URL: Final = "com.bmw.connected://oauth"
SCOPE: Final = (
    "openid profile email offline_access smacc vehicle_data perseus dlm svds cesim vsapi "
    "remote_services fupo authenticate_user"
)

_SHARED_FORM: Final = {
    "client_id": re.escape(CLIENT_ID),
    "response_type": "code",
    "scope": re.escape(SCOPE),
    "redirect_uri": re.escape(RETURN_URL),
    "state": "[A-Za-z0-9._~-]{22,}",
    "nonce": "[A-Za-z0-9._~-]{22,}",
    "code_challenge": "[A-Za-z0-9_-]{43}",
    "code_challenge_method": "S256",
}
_WRONG_LOGIN: Final = {
    "error": "invalid_client",
    "error_description": "Client authentication failed (e.g., login failure, unknown client, "
    "no client authentication included or unsupported authentication method)",
}


def _invalid(error: str, description: str) -> RefusedError:
    return RefusedError(400, {"error": error, "error_description": description})


def _check_form(form: Json, patterns: dict[str, str]) -> None:
    for name, pattern in patterns.items():
        if not re.fullmatch(pattern, form.get(name, "")):
            raise _invalid("invalid_request", f"Form field {name} is missing or wrong")
    if extra := form.keys() - patterns.keys():
        raise _invalid("invalid_request", f"Form fields {sorted(extra)} do not belong here")


@dataclass(slots=True)
class Login:
    """The login; captcha tokens, authorizations and codes can be used once."""

    world: World
    tokens: Tokens
    captchas: set[str]
    any_captcha: bool = False
    _authorizations: dict[str, Json] = field(default_factory=dict)
    _codes: dict[str, Json] = field(default_factory=dict)
    _used_captchas: set[str] = field(default_factory=set)

    def config(self, inbound: Inbound) -> httpx.Response:
        """Step 1; the URLs in the response have the host of the request."""
        check_login_headers(inbound, self.world.region)
        key = re.escape(self.world.region.subscription_key)
        inbound.expect({**CORRELATION, **SESSION, "ocp-apim-subscription-key": key})
        check_correlation(inbound)
        url = inbound.request.url
        base = f"https://{LOGIN_HOST}"
        if url.host not in HOSTS:
            base = str(url.copy_with(path="", query=None)).rstrip("/")
        answer = {
            "clientName": "mybmwapp",
            "clientId": CLIENT_ID,
            "clientSecret": CLIENT_SECRET,
            "gcdmBaseUrl": base,
            "returnUrl": RETURN_URL,
            "brand": "bmw",
            "language": "en",
            "country": "US",
            "authorizationEndpoint": f"{base}/oneid/login",
            "tokenEndpoint": f"{base}/gcdm/oauth/token",
            "scopes": SCOPE.split(),
            "promptValues": ["login"],
        }
        return httpx.Response(200, json=answer)

    def authenticate(self, inbound: Inbound) -> httpx.Response:
        """Step 2: exchange captcha and password for an authorization, in an invalid URL."""
        check_login_headers(inbound, self.world.region)
        inbound.expect({"hcaptchatoken": ".+"})
        self._use_captcha(inbound.header("hcaptchatoken"))
        form = inbound.form()
        own = {"grant_type": "authorization_code", "username": ".+", "password": "(?s:.+)"}
        _check_form(form, {**_SHARED_FORM, **own})
        if (form["username"], form["password"]) != (self.world.username, self.world.password):
            raise RefusedError(401, _WRONG_LOGIN)
        authorization = self.world.word()
        self._authorizations[authorization] = {name: form[name] for name in _SHARED_FORM}
        answer = (
            f"redirect_uri={RETURN_URL}?client_id={CLIENT_ID}&response_type=code"
            f"&scope={SCOPE}&state={form['state']}&authorization={authorization}"
        )
        return httpx.Response(200, json={"redirect_to": answer})

    def authorize(self, inbound: Inbound) -> httpx.Response:
        """Step 3: exchange the authorization for a code, in the location of a redirect."""
        check_login_headers(inbound, self.world.region)
        agent = re.escape(inbound.header("x-user-agent"))
        inbound.expect_params(**{"interaction-id": UUID4, "client-version": agent})
        if inbound.header("hcaptchatoken"):
            raise RefusedError(400, "Header hcaptchatoken belongs to the first request only")
        form = inbound.form()
        _check_form(form, {**_SHARED_FORM, "authorization": ".+"})
        shared = self._authorizations.pop(form.pop("authorization"), None)
        if shared != form:
            raise _invalid("access_denied", "The authorization is unknown, used or not for this")
        code = self.world.word()
        self._codes[code] = form
        query = urlencode({"code": code, **{k: form[k] for k in ("state", "client_id", "nonce")}})
        location = f"com.mini.connected://oauth?{query}"
        return httpx.Response(302, headers={"location": location})

    def token(self, inbound: Inbound) -> httpx.Response:
        """Step 4 with a code, or a refresh (mybmw-app.md#refresh)."""
        check_login_headers(inbound, self.world.region)
        secret = b64encode(f"{CLIENT_ID}:{CLIENT_SECRET}".encode()).decode()
        if inbound.header("authorization") != f"Basic {secret}":
            raise RefusedError(401, _WRONG_LOGIN)
        form = inbound.form()
        if form.get("grant_type") == "refresh_token":
            self._redeem_refresh_token(form)
        else:
            self._redeem_code(form)
        tokens = {**self.tokens.issue(), "scope": SCOPE, "id_token": "DUMMY"}
        return httpx.Response(200, json=tokens)

    def _use_captcha(self, token: str) -> None:
        known = self.any_captcha or token in self.captchas
        if not known or token in self._used_captchas:
            raise _invalid("invalid_request", "The hCaptcha token is wrong or was used before")
        self._used_captchas.add(token)

    def offer_captcha(self, token: str) -> None:
        """Accept a captcha token for one more login."""
        self.captchas.add(token)
        self._used_captchas.discard(token)

    def _redeem_refresh_token(self, form: Json) -> None:
        fields = ("scope", "redirect_uri")
        own = {"grant_type": ".+", "refresh_token": ".+"}
        _check_form(form, {**{name: _SHARED_FORM[name] for name in fields}, **own})
        if not self.tokens.redeem(form["refresh_token"]):
            raise _invalid("invalid_request", "The refresh token is invalid or was used before")

    def _redeem_code(self, form: Json) -> None:
        own = {"grant_type": "authorization_code", "code": ".+", "code_verifier": ".+"}
        _check_form(form, {"redirect_uri": _SHARED_FORM["redirect_uri"], **own})
        if not re.fullmatch("[A-Za-z0-9._~-]{43,128}", form["code_verifier"]):
            raise _invalid("invalid_request", "The code verifier is malformed")
        if (authorized := self._codes.pop(form["code"], None)) is None:
            raise _invalid("invalid_grant", "The code is unknown or was used before")
        digest = sha256(form["code_verifier"].encode()).digest()
        challenge = urlsafe_b64encode(digest).decode().rstrip("=")
        if not compare_digest(challenge, authorized["code_challenge"]):
            raise _invalid("invalid_grant", "The code verifier does not match the challenge")
