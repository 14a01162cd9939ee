"""A simulated server of the legacy ConnectedDrive API, as BMW's was until 2021."""

from .cars import LegacyCar
from .endpoints import Endpoint
from .recordings import BUNDLED, load
from .service import SimulatedConnectedDrive

__all__ = ["BUNDLED", "Endpoint", "LegacyCar", "SimulatedConnectedDrive", "load"]
