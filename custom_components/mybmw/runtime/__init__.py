"""Polling, dispatching and storage while an entry is loaded."""
