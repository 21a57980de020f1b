"""The choice: a pure function of the evidence."""

from __future__ import annotations

from atlas_tui.events import AgreementFound, CandidateReady, Facts, Grade, RunFinished, Verdict
from atlas_tui.solver.board import Attempt
from atlas_tui.solver.choose import choose


def attempt(label: str, verdicts: str, logprob: float | None = -0.5, error: str = "") -> Attempt:
    """An attempt whose samples ended as the letters say: o for OK, x for WA."""
    runs = tuple(
        RunFinished(
            candidate=label,
            round=0,
            check=f"sample {number}",
            verdict=Verdict.OK if letter == "o" else Verdict.WA,
            facts=Facts(),
        )
        for number, letter in enumerate(verdicts, 1)
    )
    ready = CandidateReady(
        candidate=label, round=0, code=f"print('{label}')", error=error, mean_logprob=logprob
    )
    return Attempt(ready, runs)


def agreement(*clusters: str, inputs: int = 4) -> AgreementFound:
    return AgreementFound(clusters=tuple(tuple(cluster) for cluster in clusters), inputs=inputs)


def test_more_samples_win_over_everything_else() -> None:
    chosen = choose([attempt("A", "ox", -0.01), attempt("B", "oo", -3.0)], 2, None)
    assert chosen is not None
    assert (chosen.candidate, chosen.passed, chosen.grade) == ("B", 2, Grade.SAMPLES_ONLY)
    assert chosen.reasons[0].decided and chosen.reasons[0].text == "B passes all 2 samples"


def test_largest_cluster_wins_over_log_probability() -> None:
    rivals = [attempt("A", "oo", -0.01), attempt("B", "oo", -2.0), attempt("C", "oo", -1.0)]
    chosen = choose(rivals, 2, agreement("BC", "A"))
    assert chosen is not None
    assert chosen.candidate == "C"
    assert [reason.rule for reason in chosen.reasons] == ["samples", "agreement", "log-probability"]
    assert chosen.grade is Grade.SAMPLES_ONLY


def test_all_agree_is_verified_and_log_probability_orders() -> None:
    chosen = choose([attempt("A", "oo", -0.5), attempt("B", "oo", -0.2)], 2, agreement("AB"))
    assert chosen is not None
    assert (chosen.candidate, chosen.grade) == ("B", Grade.VERIFIED)


def test_a_split_is_said_to_be_one() -> None:
    chosen = choose([attempt("A", "oo", -0.5), attempt("B", "oo", -0.2)], 2, agreement("A", "B"))
    assert chosen is not None
    assert (chosen.candidate, chosen.grade) == ("B", Grade.SPLIT)
    assert "a tie" in chosen.reasons[1].text


def test_one_that_only_crashes_does_not_win_and_is_not_agreed_with() -> None:
    rivals = [attempt("A", "oo", -2.0), attempt("B", "oo", -0.1), attempt("C", "oo", -0.1)]
    chosen = choose(rivals, 2, agreement("A"))
    assert chosen is not None
    assert (chosen.candidate, chosen.grade) == ("A", Grade.SPLIT)
    assert chosen.reasons[-1].decided and chosen.reasons[-1].text == "only A ends well on 4 further inputs"
    chosen = choose(rivals, 2, agreement("AB"))
    assert chosen is not None
    assert (chosen.candidate, chosen.grade) == ("B", Grade.SAMPLES_ONLY), "C does not agree"
    assert chosen.reasons[1].text == "A and B give the same output on 4 further inputs; C gives none"
    chosen = choose(rivals, 2, agreement("A", "B"))
    assert chosen is not None and chosen.grade is Grade.SPLIT
    assert chosen.reasons[1].text == "A and B give different outputs on 4 further inputs, a tie; C gives none"


def test_agreement_on_no_telling_input_verifies_nothing() -> None:
    chosen = choose([attempt("A", "oo"), attempt("B", "oo")], 2, agreement("AB", inputs=0))
    assert chosen is not None
    assert chosen.grade is Grade.SAMPLES_ONLY
    assert "agreement" not in [reason.rule for reason in chosen.reasons]


def test_without_samples_nothing_is_verified() -> None:
    chosen = choose([attempt("A", ""), attempt("B", "")], 0, agreement("AB"))
    assert chosen is not None
    assert chosen.grade is Grade.UNVERIFIED
    assert chosen.reasons[0].text == "the statement has no samples to check on"


def test_without_isolation_the_reason_is_told() -> None:
    chosen = choose([attempt("A", "")], 2, None, unchecked="bubblewrap is missing")
    assert chosen is not None
    assert (chosen.grade, chosen.passed, chosen.samples) == (Grade.UNVERIFIED, 0, 2)
    assert chosen.reasons[0].text == "nothing was run: bubblewrap is missing"


def test_unusable_programs_are_never_chosen() -> None:
    assert choose([attempt("A", "xx", error="line 1: syntax")], 2, None) is None
    chosen = choose([attempt("A", "xx", error="line 1: syntax"), attempt("B", "xx", -9.0)], 2, None)
    assert chosen is not None and chosen.candidate == "B"


def test_an_unknown_log_probability_loses_and_the_label_breaks_ties() -> None:
    chosen = choose([attempt("A", "o", None), attempt("B", "o", -4.0)], 1, None)
    assert chosen is not None and chosen.candidate == "B"
    chosen = choose([attempt("B", "o", None), attempt("A", "o", None)], 1, None)
    assert chosen is not None and chosen.candidate == "A"


def test_samples_that_were_not_run_do_not_count_as_passed() -> None:
    chosen = choose([attempt("A", "o")], 3, None)
    assert chosen is not None
    assert chosen.grade is Grade.UNVERIFIED
