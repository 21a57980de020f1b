"""Studies: recorded candidates replayed through the choice of a run, and the statistics of what comes out."""
