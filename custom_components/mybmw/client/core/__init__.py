"""Attributes, readings, vehicles and commands."""
