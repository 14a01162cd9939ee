"""The repair issues that follow from the status of a source."""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Final

from ..client import Status

_SILENCE: Final = timedelta(hours=48)

ISSUES: Final[Mapping[str, Callable[[Status, datetime], bool]]] = {
    "stream_taken": lambda status, _now: status.disputed,
    "stream_refused": lambda status, _now: status.refused,
    "webhook_refused": lambda status, _now: status.webhook_refused,
    "webhook_silent": lambda status, now: (
        not status.webhook_refused and _is_silent(status.webhook_silent_since, now)
    ),
    "clearance_refused": lambda status, _now: status.refused_cars,
    "privacy_mode": lambda status, _now: status.private,
    "price_limit": lambda status, _now: status.bill is not None and status.bill.stopped,
    "no_container": lambda status, _now: status.container_missing,
    "quota_spent_by_others": lambda status, _now: status.spent_by_others,
}
"""The repair issues by their kind: whether something is wrong now."""


def _is_silent(since: datetime | None, now: datetime) -> bool:
    return since is not None and now - since >= _SILENCE
