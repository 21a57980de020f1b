"""llama.cpp in a process of its own: ``host`` is that process, ``client`` is the application's side."""
