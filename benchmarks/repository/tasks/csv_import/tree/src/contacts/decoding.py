ENCODINGS = ("utf-8", "latin-1")


def decode(data):
    """The text of a file whose encoding is not known."""
    for encoding in ENCODINGS:
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise ValueError("the encoding of the file is not known")
