"""Tests of what runs while an entry is loaded."""
