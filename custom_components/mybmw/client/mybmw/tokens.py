"""Accounts and the tokens that a login yields."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Self

from ..core.convert import mapping, needed_timestamp
from ..core.errors import AnswerError
from ..core.redaction import Redaction
from ..transport.tokens import is_account_id, read_account_id, read_token
from .app_identity import USER_AGENT, x_user_agent
from .china import token_expiry
from .regions import SERVERS, Region

REFUSED: Final = (400, 401, 403, 422)
"""The statuses by which the login servers say no."""

_MARGIN: Final = timedelta(seconds=60)
_SHORTEST: Final = 60.0
_LONGEST: Final = 86_400.0
_SHARE: Final = 10
_CHINA_LIFETIME: Final = 3300.0


@dataclass(frozen=True, slots=True, repr=False)
class MyBMWTokens:
    """What a login yields; `expires` (UTC) already has a margin taken off."""

    access: str
    refresh: str
    expires: datetime
    gcid: str | None = None

    def hide(self, redactor: Redaction) -> None:
        """Keep the tokens out of everything that people see."""
        redactor.learn(self.gcid)
        redactor.learn_passing(self.access, self.refresh)

    def dump(self) -> dict[str, str | None]:
        """Return what has to be kept, in a safe place, as JSON."""
        return {
            "access": self.access,
            "refresh": self.refresh,
            "expires": self.expires.isoformat(),
            "gcid": self.gcid,
        }

    @classmethod
    def load(cls, saved: object) -> Self | None:
        """Read what `dump` wrote; None if that is not understood."""
        fields = mapping(saved)
        unnamed = fields.get("gcid") in (None, "")
        try:
            return cls(
                access=read_token(fields, "access", "tokens"),
                refresh=read_token(fields, "refresh", "tokens"),
                expires=needed_timestamp(fields.get("expires")),
                gcid=None if unnamed else read_account_id(fields, "tokens"),
            )
        except AnswerError, ValueError:
            return None


@dataclass(frozen=True, slots=True, repr=False)
class AppAccount:
    """Who logs in, and where: `build` is the made-up build of the app (`wire.build_id`).

    `captcha` is a token that works once; `password` may be missing while the tokens last.
    """

    region: Region
    username: str
    build: str
    password: str | None = None
    captcha: str | None = None

    def headers(self, brand: str = "bmw") -> dict[str, str]:
        """Return the headers that say which app is calling."""
        agent = x_user_agent(self.build, brand, SERVERS[self.region].code)
        return {"user-agent": USER_AGENT, "x-user-agent": agent}


def read_text(answer: Mapping[str, object], key: str, what: str) -> str:
    """Return an ASCII text that has to be in an answer; raise `AnswerError` if it is not."""
    value = answer.get(key)
    if not isinstance(value, str) or not value or not value.isascii():
        raise AnswerError(f"{what}: {key} is missing in the answer")
    return value


def read_tokens(
    answer: object, what: str, started: datetime, stale: MyBMWTokens | None = None
) -> MyBMWTokens:
    """Read the answer of a token endpoint that was asked at `started`; raise `AnswerError`."""
    fields = mapping(answer)
    access = read_token(fields, "access_token", what)
    return MyBMWTokens(
        access=access,
        refresh=_refresh_token(fields, what, stale),
        expires=_expiry(fields.get("expires_in"), access, started),
        gcid=_account_id(fields) or (stale.gcid if stale else None),
    )


def _refresh_token(fields: Mapping[str, object], what: str, stale: MyBMWTokens | None) -> str:
    """Return the new refresh token; an answer without one leaves the old one good."""
    if stale is not None and not fields.get("refresh_token"):
        return stale.refresh
    return read_token(fields, "refresh_token", what)


def _account_id(fields: Mapping[str, object]) -> str | None:
    """Return the id of the account; one that no request can carry is as good as none."""
    value = fields.get("gcid")
    return value if is_account_id(value) else None


def _expiry(seconds: object, access: str, started: datetime) -> datetime:
    if isinstance(seconds, (int, float)) and seconds > 0:
        wanted = float(min(seconds, _LONGEST))
    else:
        expiry = token_expiry(access)
        wanted = _CHINA_LIFETIME if expiry is None else (expiry - started).total_seconds()
    life = timedelta(seconds=min(max(wanted, _SHORTEST), _LONGEST))
    return started + life - max(timedelta(), min(_MARGIN, life / _SHARE))
