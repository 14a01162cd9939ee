"""Fixtures: a simulated High Mobility, and an account of it."""

from tests.ha.sources.test_highmobility import _web, account, browser, elapse, entry, service  # noqa: F401
