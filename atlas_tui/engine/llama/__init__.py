"""llama.cpp in a process of its own: ``host`` is that process, ``client`` is the application's side."""

MOST_SEQUENCES = 8
"""Sequences of one call, and those read or written at once: on a GPU the quick kernels of llama.cpp end there
(``MMVQ_MAX_BATCH_SIZE``)."""
