# benign: text of other alphabets, escapes and long texts
# policy: strict
# entry: f
# arguments: ["ñ\n\"€\u0000𝄞", 100000]
# expect: ["𝄞\u0000€\"\nñ", 100000]
# verdicts: OK


def f(text, size):
    return [text[::-1], len("x" * size)]
