"""What runs inside the sandbox: standard library only, Python 3.8 or newer.

It may run under another interpreter than the app's, and nothing of ours need be visible there: the files are
handed over in memory, as one bundle (``supervisor.command``).
"""
