"""Tests of the MyBMW app API."""
