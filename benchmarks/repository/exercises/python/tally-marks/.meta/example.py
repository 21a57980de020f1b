def tally(number):
    return "V" * (number // 5) + "I" * (number % 5)


def read(marks):
    if set(marks) - set("VI"):
        raise ValueError("no tally mark")
    return 5 * marks.count("V") + marks.count("I")
