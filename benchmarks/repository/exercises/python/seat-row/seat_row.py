def neighbours(seat, last):
    pass
