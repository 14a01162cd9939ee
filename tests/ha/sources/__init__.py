"""Tests of setting up sources."""
