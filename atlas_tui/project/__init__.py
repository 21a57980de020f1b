"""A repository as a problem: what is in it, how its tests are run, and what a candidate makes of it."""
