"""Tests through a real Home Assistant."""
