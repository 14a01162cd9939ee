"""How long a source is left alone, whatever BMW says and the clock shows."""

from datetime import datetime, timedelta

from homeassistant.util import dt as dt_util
import pytest

from custom_components.mybmw.client import QuotaError
from custom_components.mybmw.runtime.errors import pause_after
from custom_components.mybmw.runtime.store import Contents, time_left

NOON = "2026-11-10T12:00:00+00:00"

pytestmark = pytest.mark.freeze_time(NOON)


@pytest.mark.parametrize(
    ("seconds", "pause"),
    [
        (None, timedelta(minutes=5)),
        (60, timedelta(minutes=5)),
        (3600, timedelta(hours=1)),
        (999_999_999, timedelta(hours=12, minutes=3)),
        (1e300, timedelta(hours=12, minutes=3)),
    ],
)
def test_pause(seconds: float | None, pause: timedelta) -> None:
    assert pause_after(QuotaError("", seconds), timedelta(minutes=5)) == pause


@pytest.mark.parametrize(
    ("saved", "due", "left"),
    [
        (timedelta(minutes=-1), timedelta(minutes=4), timedelta(minutes=4)),
        (timedelta(days=-1), timedelta(minutes=-4), timedelta()),
        (timedelta(days=3), timedelta(days=3, minutes=5), timedelta(minutes=5)),
        (timedelta(days=10), timedelta(days=10, hours=2), timedelta(hours=2)),
        (None, timedelta(days=9000), timedelta(days=1)),
    ],
)
def test_next_poll_after_a_restart(
    saved: timedelta | None, due: timedelta, left: timedelta
) -> None:
    """A clock that is behind the file does not keep a source waiting for days."""
    now: datetime = dt_util.utcnow()
    contents: Contents = {
        "vehicles": {},
        "commands": [],
        "due": {"mybmw": (now + due).isoformat()},
        "sources": {},
        "blocked": [],
        "health": {},
        "saved": (now + saved).isoformat() if saved is not None else "None",
    }
    assert time_left(contents, "mybmw") == left
