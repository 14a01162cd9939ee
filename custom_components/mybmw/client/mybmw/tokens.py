"""Accounts of the app, and the tokens of a login."""

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
"""The HTTP statuses with which the login servers refuse a login."""

_MARGIN: Final = timedelta(seconds=60)
_MIN_LIFETIME: Final = 60.0
_MAX_LIFETIME: Final = 86_400.0
_MARGIN_DIVISOR: Final = 10
_CHINA_LIFETIME: Final = 3300.0


@dataclass(frozen=True, slots=True, repr=False)
class MyBMWTokens:
    """One set of tokens; `expires` (UTC) is a little before the access token really does."""

    access: str
    refresh: str
    expires: datetime
    gcid: str | None = None

    def hide(self, redactor: Redaction) -> None:
        """Add the tokens and the account id to the secrets of a redactor."""
        redactor.learn(self.gcid)
        redactor.learn_passing(self.access, self.refresh)

    def dump(self) -> dict[str, str | None]:
        """Return the tokens as JSON, to be stored in a safe place."""
        return {
            "access": self.access,
            "refresh": self.refresh,
            "expires": self.expires.isoformat(),
            "gcid": self.gcid,
        }

    @classmethod
    def load(cls, saved: object) -> Self | None:
        """Return the tokens of a `dump`, None if they are invalid."""
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
    """The credentials of an account; `build` is the build of the app (`app_identity.build_id`).

    `captcha` is a token that can be used once; `password` is only needed to log in.
    """

    region: Region
    username: str
    build: str
    password: str | None = None
    captcha: str | None = None

    def headers(self, brand: str = "bmw") -> dict[str, str]:
        """Return the headers that identify the app."""
        agent = x_user_agent(self.build, brand, SERVERS[self.region].code)
        return {"user-agent": USER_AGENT, "x-user-agent": agent}


def read_text(answer: Mapping[str, object], key: str, what: str) -> str:
    """Return a required ASCII text of a response; raise `AnswerError` if it is missing."""
    value = answer.get(key)
    if not isinstance(value, str) or not value or not value.isascii():
        raise AnswerError(f"{what}: {key} is missing in the answer")
    return value


def read_tokens(
    answer: object, what: str, started: datetime, stale: MyBMWTokens | None = None
) -> MyBMWTokens:
    """Return the tokens of a response to a request sent at `started`; raise `AnswerError`."""
    fields = mapping(answer)
    access = read_token(fields, "access_token", what)
    return MyBMWTokens(
        access=access,
        refresh=_refresh_token(fields, what, stale),
        expires=_expiry(fields.get("expires_in"), access, started),
        gcid=_account_id(fields) or (stale.gcid if stale else None),
    )


def _refresh_token(fields: Mapping[str, object], what: str, stale: MyBMWTokens | None) -> str:
    """Return the new refresh token, or the old one, which stays valid if there is no new one."""
    if stale is not None and not fields.get("refresh_token"):
        return stale.refresh
    return read_token(fields, "refresh_token", what)


def _account_id(fields: Mapping[str, object]) -> str | None:
    """Return the account id, None if it is missing or malformed."""
    value = fields.get("gcid")
    return value if is_account_id(value) else None


def _expiry(seconds: object, access: str, started: datetime) -> datetime:
    if isinstance(seconds, (int, float)) and seconds > 0:
        wanted = float(min(seconds, _MAX_LIFETIME))
    else:
        expiry = token_expiry(access)
        wanted = _CHINA_LIFETIME if expiry is None else (expiry - started).total_seconds()
    life = timedelta(seconds=min(max(wanted, _MIN_LIFETIME), _MAX_LIFETIME))
    return started + life - max(timedelta(), min(_MARGIN, life / _MARGIN_DIVISOR))
