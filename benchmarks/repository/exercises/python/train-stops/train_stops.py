def delay(planned, actual):
    pass
