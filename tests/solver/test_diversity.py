"""What prompts are varied by: data, drawn without repeats by the seed, after the statement."""

from __future__ import annotations

import pytest

from atlas_tui.events import Event, Part, Perturbed, Text
from atlas_tui.solver import diversity, prompting
from atlas_tui.solver.diversity import deal, deck, perturb, pool
from atlas_tui.solver.kit import Kit
from tests.solver.stage_parts import TWICE, kit


@pytest.mark.parametrize("change", [False, True])
def test_every_family_is_there_and_every_name_once(change: bool) -> None:
    found = pool(change=change)
    assert {each.family for each in found} == {"role", "instruction", "style", "restated", "idea"}
    assert len({each.name for each in found}) == len({each.text for each in found}) == len(found)
    for each in found:
        assert bool(each.ask) is (each.family in ("restated", "idea")) is ("{answer}" in each.text)
        assert not each.ask or prompting.about(TWICE, each.ask)
        assert not (change and "contest" in each.text), "a repository is none"


def test_the_deck_follows_the_seed_and_neighbours_are_of_different_families() -> None:
    assert deck(7) == deck(7)
    assert len({tuple(deck(seed)) for seed in range(30)}) > 20
    for seed in range(30):
        assert sorted(deck(seed), key=lambda each: each.name) == sorted(pool(), key=lambda each: each.name)
        first = deck(seed)[:5]
        assert len({each.family for each in first}) == 5


def test_none_is_dealt_twice_in_a_run() -> None:
    used: list[str] = []
    for wave in ("BC", "DEF", "GHI", "JKL"):
        dealt = deal(11, list(wave), used)
        assert list(dealt) == list(wave)
        used += [each.name for each in dealt.values()]
    assert len(used) == len(set(used)) == 11
    assert len(deal(11, list("MNOPQ"), used)) == len(pool()) - 11, "then there are none left"


@pytest.mark.parametrize("plan", ["", "Technique: x\n1. Go."])
def test_a_varied_prompt_is_the_plain_one_with_the_words_before_its_task(plan: str) -> None:
    plain, varied = (prompting.code(TWICE, plan, words)[1].content for words in ("", "Be {brave}."))
    begin, task = plain.split("# Task\n\n")
    assert varied == f"{begin}# Task\n\nBe {{brave}}.\n\n{task}"
    assert prompting.code(TWICE, plan, "x")[0] == prompting.code(TWICE, plan)[0], "no role in the system text"


async def perturbed(
    parts: Kit, labels: str, used: tuple[str, ...] = ()
) -> tuple[list[Event], list[Perturbed]]:
    seen = [event async for event in perturb(parts, TWICE, list(labels), used)]
    return seen, [event for event in seen if isinstance(event, Perturbed)]


ALL_BUT = {
    family: tuple(each.name for each in pool() if each.family != family and each.name != "tester")
    for family in ("restated", "idea")
}


@pytest.mark.parametrize(("family", "words"), [("restated", "In other words:"), ("idea", "An idea that may")])
async def test_the_model_writes_what_is_special_to_the_task(family: str, words: str) -> None:
    replies = {"": ["Think of both ends.\n```python\nprint(1)\n```"]}
    async with kit(replies) as parts:
        seen, found = await perturbed(parts, "BC", ALL_BUT[family])
    assert {each.family for each in found} == {family, "role"}
    (special,) = (each for each in found if each.family == family)
    assert special.text.startswith(words) and special.text.endswith("\nThink of both ends."), "and no code"
    texts = [event for event in seen if isinstance(event, Text)]
    assert texts and all(each.part is Part.PERTURBATION for each in texts)


async def test_an_empty_answer_is_replaced_by_fixed_words() -> None:
    async with kit({"": ["```python\nprint(1)\n```"]}) as parts:
        _, found = await perturbed(parts, "B", ALL_BUT["idea"])
    (only,) = found
    assert (only.name, only.candidate) == ("tester", "B")


async def test_fixed_words_cost_no_tokens() -> None:
    names = tuple(each.name for each in pool() if each.family != "style")
    async with kit() as parts:  # there is no model at all
        seen, found = await perturbed(parts, "BC", names)
    assert len(seen) == len(found) == 2 and {each.family for each in found} == {"style"}


def test_a_long_answer_is_cut_at_a_word() -> None:
    from tests.solver.test_plan import finished

    answer = diversity._answer(finished("word " * 400))
    assert len(answer) <= diversity.CHARACTERS and answer.endswith("word")
