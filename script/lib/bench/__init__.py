"""Measures what the integration costs, as counts and ratios."""
