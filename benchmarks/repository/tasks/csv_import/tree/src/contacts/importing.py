import csv
import io
from pathlib import Path

from contacts.decoding import decode
from contacts.model import Contact

REQUIRED = ("name", "email")


class MissingColumn(ValueError):
    pass


def load(path):
    """The contacts of a CSV file. Raises MissingColumn."""
    text = decode(Path(path).read_bytes())
    rows = csv.DictReader(io.StringIO(text), dialect=_dialect(text))
    header = [name.strip().lower() for name in rows.fieldnames or []]
    rows.fieldnames = header
    for name in REQUIRED:
        if name not in header:
            raise MissingColumn(name)
    return [_contact(row) for row in rows]


def _dialect(text):
    first = text.split("\n", 1)[0]
    return "excel-semicolon" if first.count(";") > first.count(",") else "excel"


def _contact(row):
    return Contact(row["name"].strip(), row["email"].strip().lower(), (row.get("city") or "").strip())


class _Semicolon(csv.excel):
    delimiter = ";"


csv.register_dialect("excel-semicolon", _Semicolon)
