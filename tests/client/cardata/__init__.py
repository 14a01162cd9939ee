"""Tests of CarData."""
