from dataclasses import dataclass, field


@dataclass
class Table:
    columns: list
    rows: list = field(default_factory=list)

    def __post_init__(self):
        for row in self.rows:
            if len(row) != len(self.columns):
                raise ValueError(f"{row} does not fit {self.columns}")

    def records(self):
        """Each row as a dictionary."""
        return [dict(zip(self.columns, row)) for row in self.rows]
