"""Fixtures: an account of CarData whose stream a test feeds."""

from tests.ha.test_doctor import cardata, cars, setting  # noqa: F401
