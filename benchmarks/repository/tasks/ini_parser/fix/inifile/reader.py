import re

SECTION = re.compile(r"\[(?P<name>[^\]]+)\]\s*$")
OPTION = re.compile(r"(?P<key>[^=]+?)\s*=\s*(?P<value>.*)$")
COMMENT = re.compile(r"(?<=\S)\s+[#;].*$")


class ParseError(ValueError):
    def __init__(self, number, line):
        super().__init__(f"line {number}: {line!r}")
        self.number = number


def parse(text):
    """Sections by name, each with its options; what stands before the first is in the section ''."""
    sections = {"": {}}
    current = sections[""]
    for number, line in enumerate(text.splitlines(), 1):
        line = line.strip()
        if not line or line[0] in "#;":
            continue
        if found := SECTION.match(line):
            current = sections.setdefault(found["name"].strip(), {})
        elif found := OPTION.match(line):
            current[found["key"]] = _uncommented(found["value"])
        else:
            raise ParseError(number, line)
    return sections


def _uncommented(value):
    return COMMENT.sub("", value)
