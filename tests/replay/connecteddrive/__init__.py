"""A simulated server of the legacy ConnectedDrive API, as BMW's was until 2021."""

from .cars import LegacyCar
from .recordings import BUNDLED, load
from .service import Endpoint, SimulatedConnectedDrive

__all__ = ["BUNDLED", "Endpoint", "LegacyCar", "SimulatedConnectedDrive", "load"]
