"""The tokens of High Mobility (docs/protocols/highmobility.md#tokens)."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
import re
from typing import Final, Self

from ..core.convert import mapping, needed_timestamp
from ..core.errors import AnswerError
from ..core.redaction import Redaction
from ..transport.tokens import read_token

_USABLE: Final = frozenset({"approved", "active"})
_REFUSED: Final = frozenset({"denied", "expired", "rejected", "revoked"})
_SHARE: Final = 10
_MARGIN: Final = timedelta(minutes=1)
_LIFE: Final = 60.0, 86_400.0
_USUAL_LIFE: Final = 300.0
_ID: Final = re.compile(r"[\w.-]{1,128}", re.ASCII)


@dataclass(frozen=True, slots=True, repr=False)
class HighMobilityTokens:
    """The tokens of a login; `expires` (UTC) is early by a margin.

    There is no `refresh` with client credentials. `status` is empty where no approval is needed;
    `authorization` is the id of a consent.
    """

    access: str
    expires: datetime
    refresh: str | None = None
    status: str = ""
    authorization: str | None = None

    @property
    def approved(self) -> bool:
        """Return whether the car may be read: the owner has approved, or need not."""
        return not self.status or self.status in _USABLE

    @property
    def refused(self) -> bool:
        """Return whether the owner has refused."""
        return self.status in _REFUSED

    def hide(self, redactor: Redaction) -> None:
        """Hide the tokens in logs, errors and diagnostics."""
        redactor.learn(self.authorization)
        redactor.learn_passing(self.access, self.refresh)

    def dump(self) -> dict[str, str | None]:
        """Return the tokens as JSON, to be stored in a safe place."""
        return {
            "access": self.access,
            "expires": self.expires.isoformat(),
            "refresh": self.refresh,
            "status": self.status,
            "authorization": self.authorization,
        }

    @classmethod
    def load(cls, saved: object) -> Self | None:
        """Restore what `dump` returned, None if that is invalid."""
        fields = mapping(saved)
        try:
            return cls(
                access=read_token(fields, "access", "tokens"),
                expires=needed_timestamp(fields.get("expires")),
                refresh=_optional(fields, "refresh", "tokens"),
                status=_status(fields.get("status")),
                authorization=_id(fields.get("authorization")),
            )
        except AnswerError, ValueError:
            return None


def read_tokens(
    answer: object, what: str, started: datetime, stale: HighMobilityTokens | None = None
) -> HighMobilityTokens:
    """Read the answer of the token endpoint that was asked at `started`; raise `AnswerError`.

    What is missing in an answer is kept.
    """
    fields = mapping(answer)
    status = fields.get("status")
    tokens = HighMobilityTokens(
        access=read_token(fields, "access_token", what),
        expires=_expiry(fields.get("expires_in"), started),
        refresh=_optional(fields, "refresh_token", what),
        status=_status(status),
        authorization=_id(fields.get("authorization_id")),
    )
    if stale is None:
        return tokens
    return replace(
        tokens,
        refresh=tokens.refresh or stale.refresh,
        status=stale.status if status is None else tokens.status,
        authorization=tokens.authorization or stale.authorization,
    )


def _optional(fields: Mapping[str, object], key: str, what: str) -> str | None:
    return read_token(fields, key, what) if fields.get(key) else None


def _status(value: object) -> str:
    """Return a status; one that is no word cannot be used."""
    if value in (None, ""):
        return ""
    return value if isinstance(value, str) and value.isidentifier() else "unknown"


def _id(value: object) -> str | None:
    return value if isinstance(value, str) and _ID.fullmatch(value) else None


def _expiry(seconds: object, started: datetime) -> datetime:
    usable = isinstance(seconds, (int, float)) and not isinstance(seconds, bool) and seconds > 0
    wanted = float(seconds) if usable and isinstance(seconds, (int, float)) else _USUAL_LIFE
    life = timedelta(seconds=min(max(wanted, _LIFE[0]), _LIFE[1]))
    return started + life - min(_MARGIN, life / _SHARE)
