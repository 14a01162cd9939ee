"""The simulated High Mobility."""

from .cars import AutoApiCar, bundled

__all__ = ["AutoApiCar", "bundled"]
