from dataclasses import dataclass


class NoSuchPage(LookupError):
    pass


@dataclass(frozen=True)
class Page:
    number: int
    items: tuple
    pages: int

    @property
    def previous(self):
        return self.number - 1 if self.number > 1 else None

    @property
    def next(self):
        return self.number + 1 if self.number < self.pages else None


class Paginator:
    def __init__(self, items, size=10):
        if size < 1:
            raise ValueError("a page holds at least one item")
        self._items = tuple(items)
        self.size = size

    @property
    def pages(self):
        """How many there are; at least one."""
        return max(1, -(-len(self._items) // self.size))

    def page(self, number):
        """The page of that number; the first is 1."""
        if not 1 <= number <= self.pages:
            raise NoSuchPage(number)
        first = (number - 1) * self.size
        return Page(number, self._items[first : first + self.size], self.pages)

    def __iter__(self):
        for number in range(1, self.pages + 1):
            yield self.page(number)
