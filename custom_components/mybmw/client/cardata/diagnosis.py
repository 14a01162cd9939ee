"""What the diagnostics of CarData tell; it has to be anonymised before it is shown."""

from datetime import datetime

from .executor import MappedCar
from .quota import Ledger, Reason
from .schedule import Decision


def about_calls(ledger: Ledger, now: datetime) -> dict[str, object]:
    """Return who spent which call and why, and what is left."""
    return {
        "calls": [
            {
                "time": call.time.isoformat(),
                "what": call.endpoint,
                "reason": call.reason.value,
                "vin": call.vin,
            }
            for call in ledger
        ],
        "calls_left": ledger.left(Reason.SCHEDULE, now),
        "user_calls_left": ledger.left(Reason.USER, now),
        "calls_of_others": ledger.others(now),
        "blocked_until": ledger.blocked_until and ledger.blocked_until.isoformat(),
    }


def about_plan(decision: Decision | None) -> dict[str, object] | None:
    """Return what is to be done next."""
    if decision is None:
        return None
    return {
        "what": decision.task.value,
        "vin": decision.vin or None,
        "at": decision.at.isoformat(),
        "reason": decision.reason.value,
    }


def about_car(car: MappedCar, heard: datetime | None) -> dict[str, object]:
    """Return what a car sends, and what of it could not be used."""
    return {
        "access": car.access.value,
        "refused": car.refused,
        "last_message": heard and heard.isoformat(),
        "streamed": sorted(car.memory.streamed),
        "unknown": dict(car.memory.unknown),
        "problems": dict(car.memory.problems),
    }
