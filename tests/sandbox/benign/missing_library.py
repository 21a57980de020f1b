# benign: does without a library that is not there
# policy: strict
# expect: without
# verdicts: OK

try:
    import no_such_library_anywhere as library
except ImportError:
    library = None
print("without" if library is None else "with")
