"""Names of things in programs."""
