"""Stories of real cars: what a car sent, and what its owner should have seen."""
