"""The simulated High Mobility."""

from .cars import AutoApiCar, bundled
from .service import CLIENT_ID, SECRET, WEBHOOK_SECRET, Delivery, SimulatedHighMobility
from .wire import Place, fails, no_network, sign

__all__ = [
    "CLIENT_ID",
    "SECRET",
    "WEBHOOK_SECRET",
    "AutoApiCar",
    "Delivery",
    "Place",
    "SimulatedHighMobility",
    "bundled",
    "fails",
    "no_network",
    "sign",
]
