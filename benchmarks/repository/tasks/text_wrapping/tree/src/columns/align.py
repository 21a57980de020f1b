def center(line, width):
    left = (width - len(line)) // 2
    return " " * left + line if left > 0 else line


def justify(line, width):
    """Widen the gaps between words, from the left, until the line is full."""
    words = line.split()
    gaps = len(words) - 1
    if gaps < 1:
        return line
    spaces = width - sum(map(len, words))
    each, more = divmod(spaces, gaps)
    parts = []
    for number, word in enumerate(words[:-1]):
        parts.append(word + " " * (each + (1 if number < more else 0)))
    return "".join(parts) + words[-1]
