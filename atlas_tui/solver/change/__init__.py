"""The stages of the method where a repository is to be changed, and its own tests decide."""
