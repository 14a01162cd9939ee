"""Tests of how the integration does over time, and of what else uses its login."""
