from datetime import date

from export.json_lines import json_lines
from export.table import Table


def test_rows():
    assert json_lines(Table(["b", "a"], [[1, None], [2, True]])) == '{"b":1,"a":null}\n{"b":2,"a":true}\n'


def test_no_rows():
    assert json_lines(Table(["a"])) == ""


def test_dates():
    assert json_lines(Table(["day"], [[date(2024, 2, 29)]])) == '{"day":"2024-02-29"}\n'


def test_letters():
    assert json_lines(Table(["x"], [["Köln"]])) == '{"x":"Köln"}\n'
