"""Benchmarks of the integration, as counts and ratios."""
