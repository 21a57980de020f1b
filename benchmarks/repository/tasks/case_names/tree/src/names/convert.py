from names.words import words


def to_snake(name):
    return "_".join(words(name))


def to_camel(name):
    first, *others = words(name) or [""]
    return first + "".join(word.capitalize() for word in others)


def to_pascal(name):
    return "".join(word.capitalize() for word in words(name))
