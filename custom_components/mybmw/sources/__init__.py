"""The sources of cars: how each is set up and built."""
