class Invalid(ValueError):
    def __init__(self, field, why):
        super().__init__(f"{field}: {why}")
        self.field = field


class NameTaken(Exception):
    pass
