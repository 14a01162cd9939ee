"""Tests of the screens in Chromium, run by script/test-browser."""
