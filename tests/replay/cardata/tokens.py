"""Access, refresh and id tokens of CarData and their lifetimes (cardata.md#login, #refresh)."""

from base64 import urlsafe_b64encode
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from hashlib import sha256
import hmac
import json
from random import Random
from string import ascii_letters, digits
from typing import Any, Final

from ..fingerprints import Json
from .wire import Inbound, refused

API: Final = "cardata:api:read"
STREAM: Final = "cardata:streaming:read"
ALWAYS: Final = frozenset({"authenticate_user", "openid"})


@dataclass(frozen=True, slots=True)
class Issued:
    """A set of tokens; `id_token` is the password of the stream, `gcid` its user."""

    access_token: str
    refresh_token: str
    id_token: str | None
    gcid: str
    scopes: tuple[str, ...]
    expires: datetime

    @property
    def streams(self) -> bool:
        """Whether the id token is valid for the stream."""
        return self.id_token is not None and STREAM in self.scopes


@dataclass(slots=True)
class Tokens:
    """The tokens; access and id tokens are valid for `lifetime`, refresh tokens for 14 days."""

    gcid: str
    clock: Callable[[], datetime]
    random: Random
    lifetime: timedelta = timedelta(hours=1)
    refresh_lifetime: timedelta = timedelta(days=14)
    listeners: list[Callable[[Issued], object]] = field(default_factory=list)
    current: Issued | None = None
    _access: dict[str, Issued] = field(default_factory=dict)
    _refresh: dict[str, tuple[datetime, tuple[str, ...]]] = field(default_factory=dict)

    def issue(self, client_id: str, scopes: Iterable[str]) -> Issued:
        """Return a new set, and call the listeners."""
        now = self.clock()
        granted = tuple(scopes)
        claims = self._claims(client_id, granted, now)
        issued = Issued(
            access_token=f"access-{self.word(40)}",
            refresh_token=f"refresh-{self.word(40)}",
            id_token=self.jwt(claims) if "openid" in granted else None,
            gcid=self.gcid,
            scopes=granted,
            expires=now + self.lifetime,
        )
        self._access[issued.access_token] = issued
        self.trust(issued.refresh_token, granted)
        self.current = issued
        for listener in self.listeners:
            listener(issued)
        return issued

    def answer(self, issued: Issued) -> Json:
        """Return a set in the shape of the token endpoint."""
        answer = {
            "access_token": issued.access_token,
            "token_type": "Bearer",
            "expires_in": round(self.lifetime.total_seconds()),
            "refresh_token": issued.refresh_token,
            "scope": " ".join(issued.scopes),
            "gcid": issued.gcid,
        }
        return answer if issued.id_token is None else {**answer, "id_token": issued.id_token}

    def trust(self, refresh_token: str, scopes: Iterable[str]) -> None:
        """Accept a refresh token for the next 14 days."""
        self._refresh[refresh_token] = (self.clock() + self.refresh_lifetime, tuple(scopes))

    def restore(self, access: str, refresh: str, identity: str, scopes: tuple[str, ...]) -> None:
        """Accept a set as if it had just been issued."""
        expires = self.clock() + self.lifetime
        self.current = Issued(access, refresh, identity, self.gcid, scopes, expires)
        self._access[access] = self.current
        self.trust(refresh, scopes)

    def redeem(self, refresh_token: str) -> tuple[str, ...] | None:
        """Invalidate a refresh token and return its scopes; None if it is not valid."""
        expires, scopes = self._refresh.pop(refresh_token, (self.clock(), ()))
        return scopes if expires > self.clock() else None

    def revoke(self, *, refresh: bool = False) -> None:
        """Expire all access and id tokens, and with `refresh` invalidate the refresh tokens."""
        self.current = None
        self._access = dict.fromkeys(self._access, _NOTHING)
        if refresh:
            self._refresh.clear()

    def known(self, inbound: Inbound) -> bool:
        """Return whether the bearer token was ever issued."""
        return inbound.bearer in self._access

    def check(self, inbound: Inbound) -> None:
        """Raise RefusedError unless the bearer token is valid for the REST API."""
        if not inbound.bearer:
            raise refused("CU-100")
        if (issued := self._access.get(inbound.bearer)) is None:
            raise refused("CU-101")
        if issued.expires <= self.clock():
            raise refused("CU-102")
        if API not in issued.scopes:
            raise refused("CU-103")

    def word(self, length: int, alphabet: str = ascii_letters + digits) -> str:
        """Return random text."""
        return "".join(self.random.choices(alphabet, k=length))

    def jwt(self, claims: Json) -> str:
        """Return a token signed with a random key."""
        header = {"alg": "HS256", "typ": "JWT", "kid": "simulated"}
        text = f"{_base64(_json(header))}.{_base64(_json(claims))}"
        return f"{text}.{_base64(hmac.digest(b'simulated', text.encode(), sha256))}"

    def _claims(self, client_id: str, scopes: tuple[str, ...], now: datetime) -> Json:
        """Return the claims of an id token, which is about as long as a real one."""
        rights = {"dynamic_scopes": [f"read:streaming/*/{self.gcid}.*"]} if STREAM in scopes else {}
        return {
            "iss": "https://customer.bmwgroup.com/oneid",
            "sub": self.gcid,
            "aud": client_id,
            "iat": int(now.timestamp()),
            "exp": int((now + self.lifetime).timestamp()),
            "gcid": self.gcid,
            "jti": self.word(22),
            "sid": self.word(600),
            **rights,
        }


_NOTHING: Final = Issued("", "", None, "", (), datetime.fromisoformat("1970-01-01T00:00:00Z"))


def _json(value: Any) -> bytes:
    return json.dumps(value, separators=(",", ":")).encode()


def _base64(content: bytes) -> str:
    return urlsafe_b64encode(content).decode().rstrip("=")
