"""Tests of MyBMW."""
