"""The vocabulary: attributes, readings, vehicles, commands."""
