def neighbours(seat, last):
    return [beside for beside in (seat - 2, seat + 2) if 1 <= beside <= last]
