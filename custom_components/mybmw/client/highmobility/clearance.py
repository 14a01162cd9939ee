"""Whether cars of a fleet may be read (docs/protocols/highmobility.md#fleet)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final, NamedTuple, Self

from ..core.convert import mapping, sequence, utc_time
from ..core.known_words import known_words

_SOON: Final = timedelta(minutes=10)
_SELDOM: Final = timedelta(hours=6)
_FIRST_DAY: Final = timedelta(days=1)
_MOST_CARS: Final = 1_000
_LONGEST_VIN: Final = 17


class ClearanceState(StrEnum):
    """The state of the clearance of a car."""

    PENDING = "pending"
    APPROVED = "approved"
    REJECTED = "rejected"
    REVOKING = "revoking"
    REVOKED = "revoked"
    CANCELING = "canceling"
    CANCELED = "canceled"
    ERROR = "error"
    UNKNOWN = "unknown"

    @property
    def ended(self) -> bool:
        """Return whether the state is final unless the user changes it."""
        return self in _ENDED


_ENDED: Final = frozenset(
    {
        ClearanceState.REJECTED,
        ClearanceState.REVOKED,
        ClearanceState.CANCELED,
        ClearanceState.ERROR,
    }
)


class Ineligible(StrEnum):
    """Why a car cannot be used, or not yet."""

    NOT_SUPPORTED = "not_supported"
    NO_DELIVERY = "no_delivery"
    DEACTIVATED = "connectivity_deactivated"
    NO_PRIMARY_USER = "no_primary_user"


class Eligibility(NamedTuple):
    """Whether a car can be used; `reasons` is empty if it can."""

    reasons: tuple[Ineligible, ...]
    delivery: tuple[str, ...] = ()
    connectivity: str | None = None

    @property
    def eligible(self) -> bool:
        """Return whether the car can be used."""
        return not self.reasons


@dataclass(frozen=True, slots=True)
class Clearance:
    """The clearance of a car; `since` is when it was requested, or first seen."""

    state: ClearanceState
    since: datetime
    reason: str | None = None
    looked: datetime | None = None

    @property
    def due(self) -> datetime | None:
        """Return when to ask again, less often after the first day; None for never."""
        if self.state.ended:
            return None
        if self.looked is None:
            return self.since
        fresh = self.looked - self.since < _FIRST_DAY and self.state is not ClearanceState.APPROVED
        return self.looked + (_SOON if fresh else _SELDOM)

    def dump(self) -> Mapping[str, object]:
        """Return it as JSON."""
        return {
            "state": self.state.value,
            "since": self.since.isoformat(),
            "reason": self.reason,
            "looked": self.looked and self.looked.isoformat(),
        }

    @classmethod
    def load(cls, saved: object) -> Self | None:
        """Restore what `dump` returned, None if that is invalid."""
        fields = mapping(saved)
        since = utc_time(fields.get("since"))
        if since is None:
            return None
        reason = fields.get("reason")
        return cls(
            state_of(fields.get("state")),
            since,
            reason if isinstance(reason, str) else None,
            utc_time(fields.get("looked")),
        )


def state_of(value: object) -> ClearanceState:
    """Return a state, unknown for an unknown word."""
    try:
        return ClearanceState(value)  # type: ignore[arg-type]
    except ValueError:
        return ClearanceState.UNKNOWN


def read_eligibility(answer: object) -> Eligibility:
    """Read whether a car can be used, and if not, every reason that was given."""
    fields = mapping(answer)
    delivery = tuple(
        item for item in sequence(fields.get("data_delivery")) if item in ("pull", "push")
    )
    connectivity = fields.get("connectivity_status")
    reasons: list[Ineligible] = []
    if connectivity == "deactivated":
        reasons.append(Ineligible.DEACTIVATED)
    if fields.get("primary_user_assigned") is False:
        reasons.append(Ineligible.NO_PRIMARY_USER)
    if isinstance(fields.get("data_delivery"), list) and "pull" not in delivery:
        reasons.append(Ineligible.NO_DELIVERY)
    if fields.get("eligible") is not True and not reasons:
        reasons.append(Ineligible.NOT_SUPPORTED)
    elif fields.get("eligible") is True and Ineligible.NO_DELIVERY not in reasons:
        reasons.clear()
    known = connectivity if connectivity in ("activated", "deactivated", "unknown") else None
    return Eligibility(tuple(reasons), tuple(map(str, delivery)), known and str(known))


def read_clearance(answer: object, now: datetime, known: Clearance | None) -> Clearance:
    """Read the clearance of a car; the newest reason is in its changelog."""
    fields = mapping(answer)
    state = state_of(fields.get("status"))
    since = known.since if known is not None else now
    return Clearance(state, since, _reason(fields), now)


def refused_cars(answer: object) -> list[str]:
    """Return the VINs of the cars whose clearance is refused as soon as it is asked for."""
    listed = read_clearances(answer).items()
    return [vin for vin, item in listed if state_of(item.get("status")).ended]


def read_clearances(answer: object) -> dict[str, Mapping[str, object]]:
    """Return the cars of a list of clearances by VIN."""
    items = answer if isinstance(answer, list) else sequence(mapping(answer).get("vehicles"))
    found: dict[str, Mapping[str, object]] = {}
    for item in items[:_MOST_CARS]:
        vin = mapping(item).get("vin")
        if isinstance(vin, str) and len(vin) == _LONGEST_VIN and vin.isalnum():
            found[vin.upper()] = mapping(item)
    return found


def _reason(fields: Mapping[str, object]) -> str | None:
    """Return the newest reason, as far as it may be shown."""
    changes = [mapping(item) for item in sequence(fields.get("changelog"))]
    told = [*(change.get("reason") for change in reversed(changes)), fields.get("description")]
    return next((known_words(item) for item in told if isinstance(item, str) and item), None)
