# benign: annotations, docstring and names of a module
# policy: strict
# expect: About it. int
# verdicts: OK

"""About it."""
value: int = 3
print(__doc__, __annotations__["value"].__name__)
