"""What reports say of the lens of a run: its gate, its decisions, its AUC and its map."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from dataclasses import replace

import pytest

from atlas_tui.bench.as_html import html
from atlas_tui.bench.as_json import as_json
from atlas_tui.bench.as_markdown import markdown
from atlas_tui.bench.as_terminal import terminal
from atlas_tui.bench.figures import Study
from atlas_tui.bench.lens_figures import LensFigures
from atlas_tui.bench.records import LensUsed, Written
from atlas_tui.bench.sections import blocks
from tests.bench.studies import recipe, record, study, written

USED = LensUsed(
    weights="ab" * 32, state="open", why="It beats chance.", edges=(-1.0, 1.0, -1.0, 1.0),
    cells=((0.5, None), (None, -0.5)),
)  # fmt: skip


def scored(label: str, right: bool | None, chance: float, x: float, *, chosen: bool = False) -> Written:
    return replace(written(label, right, chosen=chosen), lens=chance, place=(x, -x))


def a_study(used: LensUsed = USED) -> Study:
    rows = [
        record(
            "1", "L", scored("A", True, 0.9, 0.5, chosen=True), scored("B", False, 0.2, -0.5), by_lens=True
        ),
        record(
            "2", "L", scored("A", False, 0.6, 0.1, chosen=True), scored("B", True, 0.4, 7.0), by_lens=True
        ),
        record("3", "L", scored("A", None, 0.7, 0.0), written("B", True, chosen=True)),
        record("1", "C", written("A", True, chosen=True)),
    ]
    return study(rows, recipe("C"), replace(recipe("L"), lens=used))


def figures() -> LensFigures:
    found = LensFigures.of(a_study().figures[1])
    assert found is not None
    return found


def test_scores_are_held_against_the_scoring_tests() -> None:
    found = figures()
    assert (found.scored, found.decided, found.right) == (5, 2, 1)
    assert found.auc == pytest.approx(3 / 4) and found.inside.value == pytest.approx(1 / 2)
    assert [each.low for each in found.placed()] == [True, False, False, False, False]
    assert LensFigures.of(a_study().figures[0]) is None


def test_a_report_tells_of_the_lens_only_where_there_was_one() -> None:
    text = markdown(blocks(a_study()))
    assert "| L | open | 5 | 2 | 50.0 % | 0.750 | 0.500 (0.000 to 1.000) |" in text
    assert "Weights abababababab, open: It beats chance." in text
    assert "lens = open, weights abababababab" in text
    assert "lens" not in markdown(blocks(study([record("1", "C", written("A", True))], recipe("C"))))
    found = as_json(a_study())["conditions"]
    assert found["C"]["lens"] is None
    assert (found["L"]["lens"]["state"], found["L"]["lens"]["auc"]) == ("open", pytest.approx(0.75))


def test_the_map_is_a_picture_in_html_and_a_sentence_in_the_terminal() -> None:
    page = html(blocks(a_study()))
    root = ET.fromstring(re.sub(r"<!doctype html>\n|<meta [^>]*>\n?", "", page))
    picture = next(svg for svg in root.iter("svg") if "space of the lens" in svg.get("aria-label", ""))
    drawn = [each.get("class", "") for each in picture.iter()]
    assert drawn.count("cell") == 2 and drawn.count("ring") == 1
    assert drawn.count("dot right") - 1 == 2 and drawn.count("dot wrong") - 1 == 2, "one more in the legend"
    far = [each for each in picture.iter("circle") if float(each.get("cx", 0)) > 790]
    assert far and all(float(each.get("cx", 0)) <= 800 for each in far), "beyond the edge is at the edge"
    assert "a picture of the HTML report" in " ".join(terminal(blocks(a_study())).split())


def test_without_a_map_there_is_no_picture() -> None:
    page = html(blocks(a_study(replace(USED, edges=None, cells=()))))
    assert "The lens" in page and "space of the lens" not in page
