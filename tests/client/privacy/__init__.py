"""Tests of redaction and recordings."""
