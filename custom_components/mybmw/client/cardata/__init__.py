"""BMW CarData: the official, read-only interface for customers in Europe."""
