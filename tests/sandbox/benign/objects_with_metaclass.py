# benign: classes that make classes, slots, properties and descriptors
# policy: strict
# expect: 6 Made ('x',)
# verdicts: OK


class Meta(type):
    def __new__(cls, name, bases, space):
        return super().__new__(cls, "Made", bases, space)


class Thing(metaclass=Meta):
    __slots__ = ("x",)

    @property
    def double(self):
        return self.x * 2


thing = Thing()
thing.x = 3
print(thing.double, type(thing).__name__, Thing.__slots__)
