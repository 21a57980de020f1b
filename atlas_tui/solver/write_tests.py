"""Self-tests: inputs and answers the model writes from the statement alone, never from a candidate."""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator, Iterator, Sequence
from dataclasses import dataclass

from atlas_tui.engine.base import Finished, SequenceRequest
from atlas_tui.events import Dropped, Event, Part, Stage, TestsWritten, Verdict, WrittenTest
from atlas_tui.problem import Mode, Problem, Sample
from atlas_tui.sandbox import judge
from atlas_tui.sandbox.base import Ran
from atlas_tui.solver import prompting_more
from atlas_tui.solver.change import test_files
from atlas_tui.solver.kit import Kit, stream
from atlas_tui.solver.layouts import Pair, grammar_of_tests, key, read_tests
from atlas_tui.solver.plan import cut_off
from atlas_tui.solver.sample_shape import Shape

DRAWS = 3
PER_DRAW = 6
"""Tests asked of one draw."""
TOKENS = 512
"""Most tokens of one draw."""
MOST = 12
"""Most tests of a problem."""
CHARACTERS = 2000
"""Most characters of an input, and of an answer."""
_RIGHT, _WRONG = 1, 2
"""What a test begins with: as if one like it had been right and two wrong, since of answers that models
write to their own inputs often only a third are right."""


@dataclass(frozen=True, slots=True)
class Draw:
    """The tests of one reply, against the samples."""

    number: int
    tests: tuple[Pair, ...]
    """New ones, of the samples' shape, each input once."""
    agreed: int
    """Samples it gave again, with their answers."""
    contradicts: bool
    """It gave a sample's input another answer."""


async def write_tests(
    kit: Kit, problem: Problem, *, draws: int = DRAWS, tokens: int = TOKENS, most: int = MOST
) -> AsyncIterator[Event]:
    """Several draws in one batch, ``tokens`` each; ends with ``TestsWritten`` of at most ``most`` tests."""
    project = problem.project
    if project is not None and (why := test_files.obstacle(project)):
        yield TestsWritten(tests=(), dropped=(Dropped(why=why, number=0),))
        return
    grammar = None
    if project is None:
        grammar = prompting_more.grammar_for(kit, grammar_of_tests(problem, PER_DRAW))
    messages = prompting_more.tests(problem, PER_DRAW)
    requests = [
        SequenceRequest(
            id=f"tests {number}",
            messages=messages,
            sampler=kit.sampler("tests", number),
            max_tokens=tokens,
            grammar=grammar,
        )
        for number in range(1, draws + 1)
    ]
    replies: dict[str, Finished] = {}
    async for item in stream(kit, Stage.EVIDENCE, Part.TESTS, requests, {each.id: "" for each in requests}):
        if isinstance(item, Finished):
            replies[item.id] = item
        else:
            yield item
    came = [replies[each.id] for each in requests if each.id in replies]
    if project is None:
        yield from_replies(problem, came, most)
    else:
        yield test_files.from_replies(project, [reply.text for reply in came], most)


def from_replies(problem: Problem, replies: Sequence[Finished], most: int = MOST) -> TestsWritten:
    """The tests in the replies, most trusted first, and what was dropped and why. Pure."""
    dropped: Counter[str] = Counter()
    shape = Shape(problem)
    read = [_draw(problem, shape, number, reply, dropped) for number, reply in enumerate(replies, 1)]
    for draw in read:
        if draw.contradicts:
            dropped["in a reply that contradicts a sample"] += len(draw.tests)
    trusted = [draw for draw in read if not draw.contradicts]
    written = sorted(_merged(problem, trusted), key=lambda test: (-test.trust, len(test.given), test.given))
    if len(written) > most:
        dropped["more than are used"] = len(written) - most
    return TestsWritten(
        tests=tuple(written[:most]),
        draws=len(replies),
        dropped=tuple(Dropped(why=why, number=count) for why, count in sorted(dropped.items())),
    )


def _draw(problem: Problem, shape: Shape, number: int, reply: Finished, dropped: Counter[str]) -> Draw:
    read = read_tests(problem, reply.text, cut_off(reply))
    samples = {key(problem, sample.given): sample for sample in problem.samples}
    fresh: dict[str, Pair] = {}
    agreed: set[str] = set()
    contradicts = False
    if read.malformed:
        dropped["not in the form asked for"] += read.malformed
    for pair in read.pairs:
        name = key(problem, pair.given)
        if name in samples:
            right = _answers(problem, pair, samples[name])
            contradicts |= not right
            agreed |= {name} if right else set()
            dropped["a sample again" if right else "another answer than a sample's"] += 1
        elif fault := _fault(shape, pair):
            dropped[fault] += 1
        elif name in fresh:
            dropped["the same input again"] += 1
        else:
            fresh[name] = pair
    return Draw(number, tuple(fresh.values()), len(agreed), contradicts)


def _answers(problem: Problem, pair: Pair, sample: Sample) -> bool:
    """Whether the test gives the sample's answer, as the judge compares."""
    function = problem.mode is Mode.FUNCTION
    ran = Ran(
        verdict=Verdict.OK,
        stdout=b"" if function else pair.expected.encode("utf-8", "replace"),
        result=pair.expected if function else None,
    )
    try:
        return judge(ran, sample.expected, problem.mode) is Verdict.OK
    except ValueError:  # a sample whose answer was edited into something that is no JSON
        return pair.expected.strip() == sample.expected.strip()


def _fault(shape: Shape, pair: Pair) -> str:
    if max(len(pair.given), len(pair.expected)) > CHARACTERS:
        return "too large"
    return shape.fault(pair.given) or shape.answer_fault(pair.expected)


def _merged(problem: Problem, draws: Sequence[Draw]) -> Iterator[WrittenTest]:
    """Each input with each answer once, with the draws it comes from and its trust.

    Trust is the mean of a Beta distribution: ``(1 + right) / (3 + right + wrong)``. Right count the samples
    that the most faithful of its draws gave again, and every further draw that gives the same answer to the
    same input; wrong count the draws that give it another one.
    """
    found: dict[tuple[str, str], list[tuple[Draw, Pair]]] = {}
    for draw in draws:
        for pair in draw.tests:
            found.setdefault((key(problem, pair.given), _answer_key(problem, pair)), []).append((draw, pair))
    answered = Counter(given for given, _ in found for _ in found[given, _])
    for (given, _), sources in found.items():
        right = max(draw.agreed for draw, _ in sources) + len(sources) - 1
        wrong = answered[given] - len(sources)
        yield WrittenTest(
            given=sources[0][1].given,
            expected=sources[0][1].expected,
            origin="tests " + "+".join(str(draw.number) for draw, _ in sources),
            trust=round((_RIGHT + right) / (_RIGHT + _WRONG + right + wrong), 4),
        )


def _answer_key(problem: Problem, pair: Pair) -> str:
    return key(problem, pair.expected)
