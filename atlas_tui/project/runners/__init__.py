"""How the tests of a repository are run and read, a module for each tool.

Nothing here reads what a test printed: results come over channels that the tool's own process holds.
"""
