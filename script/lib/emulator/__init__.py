"""Simulated backends as servers on this machine."""
