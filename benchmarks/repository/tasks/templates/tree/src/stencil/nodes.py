class UnknownName(KeyError):
    pass


class Text:
    def __init__(self, text):
        self.text = text

    def write(self, out, values):
        out.append(self.text)


class Value:
    def __init__(self, name):
        self.name = name

    def write(self, out, values):
        if self.name not in values:
            raise UnknownName(self.name)
        out.append(str(values[self.name]))


class Loop:
    def __init__(self, variable, name):
        self.variable = variable
        self.name = name
        self.body = []

    def write(self, out, values):
        if self.name not in values:
            raise UnknownName(self.name)
        for item in values[self.name]:
            values[self.variable] = item
            for node in self.body:
                node.write(out, values)
