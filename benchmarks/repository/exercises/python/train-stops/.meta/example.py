def delay(planned, actual):
    return max(0, *(_late(one, other) for one, other in zip(planned, actual)))


def _late(planned, actual):
    late = (_minutes(actual) - _minutes(planned)) % 1440
    return late if late <= 720 else late - 1440


def _minutes(time):
    hours, minutes = time.split(":")
    return 60 * int(hours) + int(minutes)
