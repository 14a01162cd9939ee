"""Simulated services that replay recorded cars."""
