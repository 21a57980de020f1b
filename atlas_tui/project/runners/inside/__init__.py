"""What is put beside the tests inside the sandbox, and starts and watches them there.

It runs on whatever Python (3.8 or newer) or Node the person has: standard library only, nothing of ours.
"""
