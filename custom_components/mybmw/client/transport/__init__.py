"""HTTP and tokens."""
