"""The parts of CarData's diagnostics, not anonymised yet."""

from datetime import datetime

from .executor import MappedCar
from .quota import Ledger, Reason
from .tasks import Decision


def calls_diagnostics(ledger: Ledger, now: datetime) -> dict[str, object]:
    """Return the calls with their reasons, and how many are left."""
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


def plan_diagnostics(decision: Decision | None) -> dict[str, object] | None:
    """Return the next planned task."""
    if decision is None:
        return None
    return {
        "what": decision.task.value,
        "vin": decision.vin or None,
        "at": decision.at.isoformat(),
        "reason": decision.reason.value,
    }


def car_diagnostics(car: MappedCar, last_message: datetime | None) -> dict[str, object]:
    """Return the access to a car, its streamed descriptors and unusable values."""
    return {
        "access": car.access.value,
        "refused": car.refused,
        "last_message": last_message and last_message.isoformat(),
        "streamed": sorted(car.state.streamed),
        "unknown": dict(car.state.unknown),
        "problems": dict(car.state.problems),
    }
