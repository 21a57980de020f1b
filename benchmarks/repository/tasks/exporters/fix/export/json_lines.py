import json
from datetime import date


def _plain(value):
    if isinstance(value, date):
        return value.isoformat()
    raise TypeError(f"{type(value).__name__} cannot be written as JSON")


def json_lines(table):
    return "".join(
        json.dumps(record, ensure_ascii=False, separators=(",", ":"), default=_plain) + "\n"
        for record in table.records()
    )
