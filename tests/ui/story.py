"""Runs written by hand: lists of events as the solver gives them."""

from __future__ import annotations

from atlas_tui.events import (
    AgreementFound,
    CandidateReady,
    Chosen,
    Event,
    Facts,
    Grade,
    ObservationsReady,
    Outcome,
    Part,
    PlanReady,
    ProblemRead,
    Progress,
    Reason,
    RepairTried,
    RunEnded,
    RunFinished,
    RunStarted,
    Stage,
    StageEnded,
    StageStarted,
    Text,
    Usage,
    Verdict,
)
from atlas_tui.problem import Mode, Problem, Sample

STATEMENT = """# Longest quiet stretch

Given a list `nums` and a number `k`, return the length of the longest run of
neighbouring elements whose sum is at most `k`. Elements are not negative.

Write `longest(nums, k)`.

Example: longest([1, 2, 3], 3) == 2
"""

PROBLEM = Problem(
    statement=STATEMENT,
    mode=Mode.FUNCTION,
    entry_point="longest",
    signature="def longest(nums, k):",
    samples=(
        Sample(given="[[1, 2, 3], 3]", expected="2"),
        Sample(given="[[], 5]", expected="0"),
        Sample(given="[[4, 1, 1, 1, 9], 3]", expected="3"),
    ),
)

PLANS = {
    "A": (
        "prefix sums and binary search",
        "Technique: prefix sums and binary search\n1. Build prefix sums of nums.\n"
        "2. For each start find the furthest end with sum at most k.\n3. Return the best length.",
    ),
    "B": (
        "two pointers",
        "Technique: two pointers\n1. Grow the window to the right.\n"
        "2. Shrink from the left while the sum exceeds k.\n3. Keep the longest window seen.",
    ),
    "C": (
        "brute force over all pairs",
        "Technique: brute force over all pairs\n1. Try every start.\n2. Extend while the sum fits.\n"
        "3. Keep the best.",
    ),
}

CODES = {
    "A": """from bisect import bisect_right


def longest(nums, k):
    sums = [0]
    for x in nums:
        sums.append(sums[-1] + x)
    best = 1
    for start in range(len(nums)):
        end = bisect_right(sums, sums[start] + k) - 1
        best = max(best, end - start)
    return best
""",
    "B": """def longest(nums, k):
    # Grow to the right, shrink from the left.
    left = total = best = 0
    for right, x in enumerate(nums):
        total += x
        while total > k:
            total -= nums[left]
            left += 1
        best = max(best, right - left + 1)
    return best
""",
    "C": """def longest(nums, k):
    best = 0
    for i in range(len(nums)):
        while True:
            total = sum(nums[i:])
            if total <= k:
                best = max(best, len(nums) - i)
                break
    return best
""",
}

VERDICTS = {
    "A": (Verdict.OK, Verdict.WA, Verdict.OK),
    "B": (Verdict.OK, Verdict.OK, Verdict.OK),
    "C": (Verdict.WA, Verdict.OK, Verdict.TLE),
}
PRINTED = {"A": ("2", "1", "3"), "B": ("2", "0", "3"), "C": ("0", "0", "")}


class Clock:
    """Times that go up by a fixed step."""

    def __init__(self, start: float = 1_800_000_000.0, step: float = 0.05) -> None:
        self.now, self._step = start, step

    def __call__(self) -> float:
        self.now += self._step
        return self.now


def opening(clock: Clock, problem: Problem = PROBLEM, target: str = "solution.py") -> list[Event]:
    return [
        RunStarted(
            at=clock(), session="s-1", model="qwen3-4b-instruct", candidates=("A", "B", "C"), seed=7,
            isolation="full, bubblewrap", version="0.1", target=target,
        ),
        ProblemRead(at=clock(), problem=problem),
    ]  # fmt: skip


def observing(clock: Clock) -> list[Event]:
    lines = ("Elements are not negative, so a longer run never has a smaller sum.", "An empty list gives 0.")
    events: list[Event] = [StageStarted(at=clock(), stage=Stage.OBSERVE)]
    events += [
        Progress(at=clock(), stage=Stage.OBSERVE, done=n, total=412, reused=0) for n in (128, 256, 412)
    ]
    for line in lines:
        events.append(Text(at=clock(), candidate="", part=Part.OBSERVATIONS, delta=f"- {line}\n", tokens=14))
    events.append(ObservationsReady(at=clock(), observations=lines))
    events.append(
        Usage(at=clock(), stage=Stage.OBSERVE, tokens_in=412, tokens_out=28, tokens_reused=0, seconds=1.2)
    )
    events.append(StageEnded(at=clock(), stage=Stage.OBSERVE, seconds=1.2))
    return events


def planning(clock: Clock) -> list[Event]:
    events: list[Event] = [StageStarted(at=clock(), stage=Stage.PLAN)]
    events += _streams(clock, Part.PLAN, {label: text for label, (_, text) in PLANS.items()})
    for label, (approach, text) in PLANS.items():
        events.append(PlanReady(at=clock(), candidate=label, approach=approach, plan=text, distinct=True))
    events.append(
        Usage(at=clock(), stage=Stage.PLAN, tokens_in=498, tokens_out=120, tokens_reused=380, seconds=2.9)
    )
    events.append(StageEnded(at=clock(), stage=Stage.PLAN, seconds=2.9))
    return events


def writing(clock: Clock) -> list[Event]:
    events: list[Event] = [StageStarted(at=clock(), stage=Stage.GENERATE)]
    events += _streams(clock, Part.CODE, {label: f"```python\n{code}```" for label, code in CODES.items()})
    for label, code in CODES.items():
        events.append(
            CandidateReady(
                at=clock(), candidate=label, round=0, code=code, tokens=len(code) // 4, mean_logprob=-0.21
            )
        )
    events.append(
        Usage(at=clock(), stage=Stage.GENERATE, tokens_in=561, tokens_out=290, tokens_reused=380, seconds=6.4)
    )
    events.append(StageEnded(at=clock(), stage=Stage.GENERATE, seconds=6.4))
    return events


def judged(
    clock: Clock, label: str, number: int, verdict: Verdict, printed: str, round: int = 0
) -> RunFinished:
    slow = verdict is Verdict.TLE
    return RunFinished(
        at=clock(), candidate=label, round=round, check=f"sample {number}", verdict=verdict, printed=printed,
        facts=Facts(
            wall_seconds=4.02 if slow else 0.031, cpu_seconds=4.0 if slow else 0.02, peak_bytes=9 << 20,
            exit_code=0, tier="full", limit="cpu" if slow else "",
        ),
    )  # fmt: skip


def running(clock: Clock) -> list[Event]:
    events: list[Event] = [StageStarted(at=clock(), stage=Stage.EVIDENCE)]
    for number in range(3):
        for label in "ABC":
            events.append(judged(clock, label, number + 1, VERDICTS[label][number], PRINTED[label][number]))
    events.append(StageEnded(at=clock(), stage=Stage.EVIDENCE, seconds=4.6))
    return events


def choosing(clock: Clock) -> list[Event]:
    return [
        StageStarted(at=clock(), stage=Stage.CHOOSE),
        Chosen(
            at=clock(), candidate="B", code=CODES["B"], grade=Grade.SAMPLES_ONLY, passed=3, samples=3,
            reasons=(
                Reason(rule="samples", text="B passes 3 of 3 samples; A passes 2, C passes 1", decided=True),
                Reason(rule="agreement", text="nothing to compare: only one candidate passes all samples"),
            ),
        ),
        StageEnded(at=clock(), stage=Stage.CHOOSE, seconds=0.1),
        RunEnded(at=clock(), outcome=Outcome.VERIFIED, seconds=15.4),
    ]  # fmt: skip


def whole(problem: Problem = PROBLEM) -> list[Event]:
    """A run that ends with B chosen."""
    clock = Clock()
    return [
        *opening(clock, problem), *observing(clock), *planning(clock), *writing(clock), *running(clock),
        *choosing(clock),
    ]  # fmt: skip


def repaired() -> list[Event]:
    """Nothing passes at first; C is repaired and chosen, A's repair does not help."""
    clock = Clock()
    events = [*opening(clock), *writing(clock), StageStarted(at=clock(), stage=Stage.EVIDENCE)]
    for label in "ABC":
        events += [judged(clock, label, number, Verdict.WA, "7") for number in (1, 2, 3)]
    events += [
        StageEnded(at=clock(), stage=Stage.EVIDENCE, seconds=0.4),
        StageStarted(at=clock(), stage=Stage.REPAIR),
    ]
    for label, good in (("A", False), ("C", True)):
        events.append(Text(at=clock(), candidate=label, part=Part.REPAIR, delta="```python\n", tokens=2))
        events.append(CandidateReady(at=clock(), candidate=label, round=1, code=CODES["B"]))
        verdict = Verdict.OK if good else Verdict.RE
        events += [judged(clock, label, number, verdict, "", round=1) for number in (1, 2, 3)]
        events.append(
            RepairTried(
                at=clock(), candidate=label, round=1, perspective="logic", kept=good, reason="3 instead of 0"
            )
        )
    events.append(StageEnded(at=clock(), stage=Stage.REPAIR, seconds=3.0))
    reason = Reason(rule="samples", text="C passes 3 of 3 samples; A passes 0, B passes 0", decided=True)
    events += [
        AgreementFound(at=clock(), clusters=(("C",),), inputs=0),
        Chosen(
            at=clock(), candidate="C", code=CODES["B"], grade=Grade.SAMPLES_ONLY, passed=3, samples=3,
            reasons=(reason,),
        ),
        RunEnded(at=clock(), outcome=Outcome.VERIFIED, seconds=9.0),
    ]  # fmt: skip
    return events


def _streams(clock: Clock, part: Part, texts: dict[str, str]) -> list[Event]:
    """The texts in pieces of a few characters, in turns."""
    events: list[Event] = []
    longest = max(map(len, texts.values()))
    for start in range(0, longest, 12):
        for label, text in texts.items():
            if piece := text[start : start + 12]:
                events.append(Text(at=clock(), candidate=label, part=part, delta=piece, tokens=3))
    return events
