"""How numbers, verdicts and stages are put into words and signs. A colour never stands alone."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from atlas_tui.events import Grade, Outcome, RunFinished, Stage, Verdict
from atlas_tui.problem import Problem


@dataclass(frozen=True, slots=True)
class Sign:
    """A glyph, a word and the theme variable of its colour."""

    glyph: str
    word: str
    color: str


VERDICTS: dict[Verdict, Sign] = {
    Verdict.OK: Sign("●", "passed", "$pass"),
    Verdict.WA: Sign("✗", "wrong answer", "$fail"),
    Verdict.RE: Sign("✗", "crashed", "$fail"),
    Verdict.TLE: Sign("◷", "too slow", "$timeout"),
    Verdict.MLE: Sign("✗", "too much memory", "$fail"),
    Verdict.OLE: Sign("✗", "too much output", "$fail"),
    Verdict.CE: Sign("✗", "cannot be run", "$fail"),
    Verdict.SV: Sign("✗", "forbidden system call", "$fail"),
    Verdict.IE: Sign("!", "could not be judged", "$timeout"),
}

CHANGE_VERDICTS: dict[Verdict, Sign] = VERDICTS | {
    Verdict.WA: Sign("✗", "failed", "$fail"),
    Verdict.RE: Sign("✗", "broke", "$fail"),
    Verdict.CE: Sign("✗", "not usable", "$fail"),
}
"""Of tests of a repository, which are right or wrong in no answer."""

CHANGE_CODES: dict[Verdict, str] = {
    Verdict.OK: "pass",
    Verdict.WA: "fail",
    Verdict.RE: "err",
    Verdict.TLE: "slow",
    Verdict.MLE: "mem",
    Verdict.OLE: "long",
    Verdict.CE: "none",
    Verdict.SV: "call",
    Verdict.IE: "?",
}
"""The same in four letters, where there is room for no more."""

GRADES: dict[Grade, Sign] = {
    Grade.VERIFIED: Sign("✓", "verified", "$pass"),
    Grade.SAMPLES_ONLY: Sign("✓", "samples only", "$pass"),
    Grade.SPLIT: Sign("◐", "split", "$timeout"),
    Grade.UNVERIFIED: Sign("✗", "unverified", "$fail"),
}

GRADE_MEANS: dict[Grade, str] = {
    Grade.VERIFIED: "passes all samples, and every candidate that does agrees with it",
    Grade.SAMPLES_ONLY: "passes all samples; nothing else confirms it",
    Grade.SPLIT: "passes all samples, and so does another candidate that gives other outputs",
    Grade.UNVERIFIED: "fails samples, or there was nothing to check it on",
}

CHANGE_GRADE_MEANS: dict[Grade, str] = GRADE_MEANS | {
    Grade.VERIFIED: "passes all tests that decide, and so do the other candidates that are like it",
    Grade.SAMPLES_ONLY: "passes all tests that decide; nothing else confirms it",
    Grade.SPLIT: "passes all tests that decide, and so does another candidate that is unlike it",
    Grade.UNVERIFIED: "tests that had to pass do not, or others break",
}

NOTHING_FAILED = "no test failed before: nothing shows that it is right"
"""What it means there that a choice is not verified."""

CHANGE_RULES = {"samples": "tests", "length": "size of the change"}

STAGES: dict[Stage, str] = {
    Stage.READ: "read",
    Stage.OBSERVE: "observe",
    Stage.PLAN: "plan",
    Stage.GENERATE: "write",
    Stage.EVIDENCE: "run",
    Stage.CHOOSE: "choose",
    Stage.REPAIR: "repair",
}

OUTCOMES: dict[Outcome, str] = {
    Outcome.VERIFIED: "done",
    Outcome.UNVERIFIED: "done, not verified",
    Outcome.NO_CANDIDATE: "no usable solution",
    Outcome.CANCELLED: "cancelled",
    Outcome.FAILED: "failed",
}


def signs(problem: Problem | None) -> dict[Verdict, Sign]:
    """The signs of the verdicts on this problem's candidates."""
    return CHANGE_VERDICTS if is_change(problem) else VERDICTS


def grade_means(problem: Problem | None) -> dict[Grade, str]:
    """What the grades of this problem's choice mean."""
    if problem is None or problem.project is None:
        return GRADE_MEANS
    if problem.project.required:
        return CHANGE_GRADE_MEANS
    return CHANGE_GRADE_MEANS | {Grade.UNVERIFIED: NOTHING_FAILED}


def grade_sign(grade: Grade, problem: Problem | None) -> Sign:
    """The sign of the grade of this problem's choice."""
    return grade_sign_of(grade, is_change(problem))


def grade_sign_of(grade: Grade, change: bool) -> Sign:
    """The same where only the kind of problem is known."""
    sign = GRADES[grade]
    return replace(sign, word=sign.word.replace("samples", "tests")) if change else sign


def rule_name(rule: str, problem: Problem | None) -> str:
    """What a rule of the choice is called where it chose among candidates for this problem."""
    return CHANGE_RULES.get(rule, rule) if is_change(problem) else rule


def deciding(problem: Problem | None) -> str:
    """What its candidates are run on, one of them."""
    return "test" if is_change(problem) else "sample"


def mended(problem: Problem, runs: Iterable[RunFinished], *, everything: bool = False) -> str:
    """``mends 2 of 3 tests, keeps all 4``: what these runs of a change say; empty where it is none.

    Where it passed ``everything`` that is known without the runs.
    """
    from atlas_tui.project.tally import all_passed, tally

    if problem.project is None:
        return ""
    return all_passed(problem.project) if everything else tally(problem.project, runs)


def program_word(problem: Problem | None) -> str:
    """What a candidate writes: a program, or a change."""
    return "change" if is_change(problem) else "program"


def is_change(problem: Problem | None) -> bool:
    """Whether a change in a repository is asked for."""
    return problem is not None and problem.project is not None


def check_name(check: str, problem: Problem | None) -> str:
    """What a run is about, as it is called on the screen: ``sample 2``; in a change the name of the test."""
    if problem is None or problem.project is None:
        return check
    return short_names(problem).get(check, check)


def short_names(problem: Problem) -> dict[str, str]:
    """The names of the tests of a change as briefly as they can be told apart, by ``sample 1`` and so on."""
    if problem.project is None:
        return {}
    from atlas_tui.project.tally import short

    names = short([each.given for each in problem.samples if each.given in problem.project.required])
    return {f"sample {n}": names.get(each.given, each.given) for n, each in enumerate(problem.samples, 1)}


def candidate_color(label: str) -> str:
    """The theme variable of a candidate's colour; those drawn later share that of the place they stand in."""
    if len(label) == 1 and "A" <= label <= "Z":
        return f"$cand-{'abc'[(ord(label) - ord('A')) % 3]}"
    return "$primary"


def count(number: int) -> str:
    """1234567 → ``1 234 567`` (thin enough for a status line, the same in every language)."""
    return f"{number:,}".replace(",", " ")


def seconds(value: float) -> str:
    """A duration: ``0.4 s``, ``12 s``, ``3 min 05 s``."""
    if value < 9.95:
        return f"{value:.1f} s"
    if value < 59.5:
        return f"{value:.0f} s"
    minutes, rest = divmod(round(value), 60)
    return f"{minutes} min {rest:02d} s"


def milliseconds(value: float) -> str:
    """A duration given in seconds, for one run of a program: ``12 ms``, ``1.4 s``."""
    return f"{value * 1000:.0f} ms" if value < 0.9995 else seconds(value)


def size(value: int) -> str:
    """Bytes: ``512 B``, ``9.1 MB`` (powers of 1,024)."""
    amount = float(value)
    for unit in ("B", "kB", "MB"):
        if amount < 1024:
            return f"{amount:.0f} {unit}" if unit == "B" or amount >= 9.95 else f"{amount:.1f} {unit}"
        amount /= 1024
    return f"{amount:.1f} GB"


def middle(text: str, longest: int) -> str:
    """``text`` with its middle left out where it is longer: of a test both file and name are worth seeing."""
    if len(text) <= longest:
        return text
    end = max(0, longest - 1) * 2 // 3
    return f"{text[: longest - 1 - end]}…{text[len(text) - end :]}" if longest > 1 else "…"


def many(number: int, word: str) -> str:
    """``1 sample``, ``3 samples``."""
    return f"{count(number)} {word}" if number == 1 else f"{count(number)} {word}s"
