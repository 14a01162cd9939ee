"""Tests of the simulated services."""
