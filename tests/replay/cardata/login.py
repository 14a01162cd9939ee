"""The OAuth device flow with PKCE and the refresh of tokens (cardata.md#login)."""

from base64 import urlsafe_b64encode
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import Enum, auto
from hashlib import sha256
from hmac import compare_digest
import re
from typing import Final

import httpx

from ..wire import RefusedError
from .tokens import ALWAYS, API, STREAM, Tokens
from .wire import DEVICE_GRANT, KEY_MANAGEMENT, Inbound, oauth_error

USER_PAGE: Final = "https://customer.bmwgroup.com/oneid/link"
_LIFETIME: Final = timedelta(seconds=300)
_STEP: Final = timedelta(seconds=5)
# The client measures its waiting time with another clock
_TOLERANCE: Final = timedelta(milliseconds=250)


class Decision(Enum):
    """The decision of the user about a device code."""

    PENDING = auto()
    APPROVED = auto()
    DENIED = auto()
    USED = auto()


@dataclass(slots=True)
class Device:
    """One request for codes; `ready` is False if the scopes are not available yet."""

    user_code: str
    device_code: str
    client_id: str
    challenge: str
    scopes: tuple[str, ...]
    expires: datetime
    interval: timedelta
    decision: Decision = Decision.PENDING
    ready: bool = True
    polled: datetime | None = None


@dataclass(slots=True)
class DeviceLogin:
    """Codes are valid for 300 s and one set of tokens; `subscribed` are the services."""

    client_id: str
    tokens: Tokens
    subscribed: set[str] = field(default_factory=lambda: {API, STREAM})
    interval: timedelta = _STEP
    complete_uri: bool = False
    devices: dict[str, Device] = field(default_factory=dict)

    def code(self, inbound: Inbound) -> httpx.Response:
        """Step 1: codes for a client whose services cover the scopes (cardata.md#login)."""
        form = inbound.form()
        scopes = tuple(form.get("scope", "").split())
        if (
            form.get("client_id", "").lower() != self.client_id
            or form.get("response_type") != "device_code"
            or form.get("code_challenge_method") != "S256"
            or not re.fullmatch("[A-Za-z0-9_-]{43}", form.get("code_challenge", ""))
            or not ALWAYS | self.subscribed >= set(scopes)
        ):
            raise oauth_error("invalid_request")
        device = self._device(form["client_id"], form["code_challenge"], scopes)
        self.devices[device.device_code] = device
        answer = {
            "user_code": device.user_code,
            "device_code": device.device_code,
            "verification_uri": USER_PAGE,
            "interval": round(self.interval.total_seconds()),
            "expires_in": round(_LIFETIME.total_seconds()),
        }
        if self.complete_uri:
            answer["verification_uri_complete"] = f"{USER_PAGE}?user_code={device.user_code}"
        return httpx.Response(200, json=answer)

    def token(self, inbound: Inbound) -> httpx.Response:
        """Step 3: tokens for an approved code (cardata.md#login)."""
        form = inbound.form()
        self._check_client(form)
        verifier = form.get("code_verifier", "")
        if form.get("grant_type") != DEVICE_GRANT or not form.get("device_code"):
            raise oauth_error("invalid_request")
        if not re.fullmatch("[A-Za-z0-9._~-]{43,128}", verifier):
            raise oauth_error("invalid_request")
        if (device := self.devices.get(form["device_code"])) is None:
            raise oauth_error("invalid_grant")
        self._check_poll(device)
        digest = urlsafe_b64encode(sha256(verifier.encode()).digest()).decode().rstrip("=")
        if not compare_digest(digest, device.challenge):
            raise oauth_error("invalid_grant")
        if not device.ready or device.client_id != self.client_id:
            device.decision = Decision.DENIED
            raise RefusedError(500, KEY_MANAGEMENT)
        device.decision = Decision.USED
        granted = [scope for scope in device.scopes if scope in ALWAYS | self.subscribed]
        issued = self.tokens.issue(self.client_id, granted)
        return httpx.Response(200, json=self.tokens.answer(issued))

    def refresh(self, inbound: Inbound) -> httpx.Response:
        """Return new tokens without the GCID; the old refresh token becomes invalid."""
        form = inbound.form()
        self._check_client(form)
        if (scopes := self.tokens.redeem(form.get("refresh_token", ""))) is None:
            raise oauth_error("invalid_request")
        answer = self.tokens.answer(self.tokens.issue(self.client_id, scopes))
        del answer["gcid"]
        return httpx.Response(200, json=answer)

    @property
    def pending(self) -> list[str]:
        """User codes that wait for a decision, oldest first."""
        return [
            device.user_code
            for device in self.devices.values()
            if device.decision is Decision.PENDING and device.expires > self.tokens.clock()
        ]

    def decide(self, decision: Decision, user_code: str | None, *, ready: bool = True) -> None:
        """Decide about a code, the newest by default; raise KeyError if none is pending."""
        if not (pending := self.pending) or (user_code or pending[-1]) not in pending:
            raise KeyError(user_code)
        for device in self.devices.values():
            if device.user_code == (user_code or pending[-1]):
                device.decision, device.ready = decision, ready

    def expire(self, user_code: str | None) -> None:
        """Expire a code, the newest by default; raise KeyError if none is pending."""
        if not (pending := self.pending) or (user_code or pending[-1]) not in pending:
            raise KeyError(user_code)
        for device in self.devices.values():
            if device.user_code == (user_code or pending[-1]):
                device.expires = self.tokens.clock()

    def unsubscribe(self, scope: str) -> None:
        """Unsubscribe a service, which invalidates all tokens."""
        self.subscribed.discard(scope)
        self.tokens.revoke(refresh=True)

    def _device(self, client_id: str, challenge: str, scopes: tuple[str, ...]) -> Device:
        expires = self.tokens.clock() + _LIFETIME
        claims = {"exp": int(expires.timestamp()), "jti": self.tokens.word(22)}
        codes = self.tokens.word(8), self.tokens.jwt(claims)
        return Device(*codes, client_id, challenge, scopes, expires, self.interval)

    def _check_client(self, form: dict[str, str]) -> None:
        if form.get("client_id", "").lower() != self.client_id:
            raise oauth_error("invalid_client")

    def _check_poll(self, device: Device) -> None:
        """Raise RefusedError unless the code is approved; fast polling increases the interval."""
        now = self.tokens.clock()
        before, device.polled = device.polled, now
        if device.decision is Decision.USED:
            raise oauth_error("invalid_grant")
        if device.expires <= now:
            raise oauth_error("expired_token")
        if device.decision is Decision.DENIED:
            raise oauth_error("access_denied")
        if before is not None and now - before < device.interval - _TOLERANCE:
            device.interval += _STEP
            raise oauth_error("slow_down")
        if device.decision is Decision.PENDING:
            raise oauth_error("authorization_pending")
