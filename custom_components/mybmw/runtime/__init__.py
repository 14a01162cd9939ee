"""What runs while an entry is loaded."""
