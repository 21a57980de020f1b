from scores.results import Results


def test_only_better_results_count():
    results = Results()
    results.add("ann", 5)
    results.add("ann", 3)
    assert results.items() == [("ann", 5)]


def test_a_better_result_is_a_later_one():
    results = Results()
    results.add("ann", 5)
    results.add("bob", 6)
    results.add("ann", 6)
    assert results.items() == [("bob", 6), ("ann", 6)]
