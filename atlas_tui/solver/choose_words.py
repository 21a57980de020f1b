"""The sentence of each reason, made from its data."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from atlas_tui.facts import Reason


def sentence(reason: Reason, *, change: bool = False) -> str:
    """One sentence for the person; ``change``: the candidates are changes in a repository."""
    return (_OF_CHANGES if change else _WORDS).get(reason.rule, _WORDS[reason.rule])(reason)


def names(labels: Sequence[str]) -> str:
    """``A``, ``A and B``, ``A, B and C``."""
    return labels[0] if len(labels) == 1 else f"{', '.join(labels[:-1])} and {labels[-1]}"


def _verb(labels: Sequence[str], one: str, many: str) -> str:
    return one if len(labels) == 1 else many


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def _samples(reason: Reason) -> str:
    if not reason.of:
        return "the statement has no samples to check on"
    passed, kept = int(_best(reason)), reason.kept
    if passed == reason.of:
        every = f"all {reason.of} samples" if reason.of > 1 else "the only sample"
        return f"{names(kept)} {_verb(kept, 'passes', 'pass')} {every}"
    if passed:
        rest = f"{names(kept)} {_verb(kept, 'passes', 'pass')} {passed} of {reason.of}"
        return f"none passes all samples; {rest}"
    return f"no candidate passes {f'any of the {reason.of} samples' if reason.of > 1 else 'the only sample'}"


def _checks(reason: Reason) -> str:
    """The same of a change; ``reason.of`` counts checks, each of which may be of several tests."""
    if not reason.of:
        return "no test decides on the change"
    passed, kept = int(_best(reason)), reason.kept
    if passed == reason.of:
        return f"{names(kept)} {_verb(kept, 'passes', 'pass')} the repository's tests"
    if passed:
        rest = f"{names(kept)} {_verb(kept, 'passes', 'pass')} the most of them"
        return f"none passes all of the repository's tests; {rest}"
    return "no candidate passes any of the tests that have to pass"


def _agreement(reason: Reason) -> str:
    inputs, kept, lost = _count(reason.of, "further input"), reason.kept, reason.lost
    alive = {label for group in reason.groups for label in group}
    if len(kept) == 1 and not alive & set(lost):
        return f"only {kept[0]} ends well on {inputs}"
    together = next((group for group in reason.groups if set(kept) <= set(group)), None)
    if together is None:
        text = f"{names(kept)} give different outputs on {inputs}, a tie"
    elif len(kept) == 1:
        text = f"{kept[0]} agrees with the others on more of {inputs} than any other"
    else:
        text = f"{names(kept)} give the same output on {inputs}"
    silent = [label for label in lost if label not in alive]
    others = [label for label in lost if label in alive]
    if others and len(kept) > 1:
        text += f"; {names(others)} {_verb(others, 'differs', 'differ')}"
    if silent:
        text += f"; {names(silent)} {_verb(silent, 'gives none', 'give none')}"
    return text


def _near(reason: Reason) -> str:
    if not reason.lost:
        return f"those that fail samples agree with {names(reason.kept)} alike"
    return f"of those that fail samples, more outputs are like those of {names(reason.kept)}"


def _tests(reason: Reason) -> str:
    tests = _count(reason.of, "written test")
    if not reason.lost:
        return f"{tests} tell no difference between {names(reason.kept)}"
    return f"programs and {tests}, weighed against each other, speak for {names(reason.kept)}"


def _judgement(reason: Reason) -> str:
    votes = int(_best(reason))
    times = "once" if votes == 1 else f"{votes} times"
    if len(reason.kept) > 1:
        return f"the model held the outputs of {names(reason.kept)} for right {times} each, a tie"
    return f"the model, shown what was really given, held {reason.kept[0]} for right {times}"


def _lens(reason: Reason) -> str:
    return f"the lens scores {names(reason.kept)} best ({_best(reason):.2f})"


def _logprob(reason: Reason) -> str:
    surest = "equally sure" if len(reason.kept) > 1 else "surest"
    return f"the model was {surest} of {names(reason.kept)} (mean log-probability {_best(reason):.3f})"


def _length(reason: Reason) -> str:
    if not reason.lost:
        return f"{names(reason.kept)} are equally long"
    return f"{names(reason.kept)} {_verb(reason.kept, 'is the shorter program', 'are the shorter programs')}"


def _tests_of_change(reason: Reason) -> str:
    if not reason.lost:
        return _tests(reason)
    tests = _count(reason.of, "written test")
    return f"changes and {tests}, weighed against each other, speak for {names(reason.kept)}"


def _agreement_of_changes(reason: Reason) -> str:
    """Of changes that are the same, or pass the same of so many (``reason.of``) written tests."""
    alike = [group for group in reason.groups if len(group) > 1]
    same = f"pass the same of {_count(reason.of, 'written test')}" if reason.of else "make the same change"
    text = "; ".join(f"{names(group)} {same}" for group in alike) or f"{names(reason.kept)} are each alone"
    if not reason.lost:
        return text
    return f"{text}; {names(reason.lost)} {_verb(reason.lost, 'is', 'are')} unlike it"


def _smaller(reason: Reason) -> str:
    if not reason.lost:
        return f"the changes of {names(reason.kept)} are equally large"
    if len(reason.kept) > 1:
        return f"{names(reason.kept)} are the smaller changes"
    return f"{names(reason.kept)} is the smaller change"


def _best(reason: Reason) -> float:
    return max(score for _, score in reason.scores)


_WORDS: dict[str, Callable[[Reason], str]] = {
    "samples": _samples,
    "agreement": _agreement,
    "near misses": _near,
    "self-tests": _tests,
    "codet": _tests,
    "outputs judged": _judgement,
    "lens": _lens,
    "log-probability": _logprob,
    "length": _length,
}
_OF_CHANGES: dict[str, Callable[[Reason], str]] = {
    "samples": _checks,
    "agreement": _agreement_of_changes,
    "self-tests": _tests_of_change,
    "length": _smaller,
}
