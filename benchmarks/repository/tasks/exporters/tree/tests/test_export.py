import pytest

import export
from export.table import Table

TABLE = Table(["name", "age"], [["Ann", 30], ["B|b", 4]])


def test_csv():
    assert export.export(TABLE, "csv") == "name,age\nAnn,30\nB|b,4\n"


def test_markdown():
    assert export.export(TABLE, "md") == "| name | age |\n| --- | --- |\n| Ann | 30 |\n| B\\|b | 4 |\n"


def test_the_names():
    assert sorted(export.EXPORTERS) == ["csv", "jsonl", "md"]


def test_unknown_name():
    with pytest.raises(KeyError):
        export.export(TABLE, "xml")


def test_rows_must_fit():
    with pytest.raises(ValueError):
        Table(["a"], [[1, 2]])
