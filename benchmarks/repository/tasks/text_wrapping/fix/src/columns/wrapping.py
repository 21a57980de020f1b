def _pieces(word, width):
    """A word cut into pieces that fit on a line."""
    while len(word) > width:
        yield word[:width]
        word = word[width:]
    if word:
        yield word


def wrap(text, width):
    """The lines of a paragraph; none is longer than ``width``."""
    if width < 1:
        raise ValueError("a line has at least one column")
    lines = []
    line = ""
    for word in text.split():
        for piece in _pieces(word, width):
            if not line:
                line = piece
            elif len(line) + 1 + len(piece) <= width:
                line += " " + piece
            else:
                lines.append(line)
                line = piece
    if line:
        lines.append(line)
    return lines


def indent(lines, columns, first=None):
    """Put spaces before each line; the first may have a number of its own."""
    first = columns if first is None else first
    return [" " * (columns if number else first) + line for number, line in enumerate(lines)]
