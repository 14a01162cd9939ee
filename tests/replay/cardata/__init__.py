"""The simulated CarData service."""

from .cars import CarDataCar, StreamMessage
from .combined import combined, combined_router
from .containers import Container
from .descriptors import DESCRIPTORS, IN_CONTAINERS, STREAMABLE
from .recordings import BUNDLED, bundled, folders, load
from .service import CLIENT_ID, GCID, Call, SimulatedCarData
from .tokens import API, STREAM, Issued
from .wire import Endpoint

__all__ = [
    "API",
    "BUNDLED",
    "CLIENT_ID",
    "DESCRIPTORS",
    "GCID",
    "IN_CONTAINERS",
    "STREAM",
    "STREAMABLE",
    "Call",
    "CarDataCar",
    "Container",
    "Endpoint",
    "Issued",
    "SimulatedCarData",
    "StreamMessage",
    "bundled",
    "combined",
    "combined_router",
    "folders",
    "load",
]
