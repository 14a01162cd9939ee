"""The journal: trips and charges."""
