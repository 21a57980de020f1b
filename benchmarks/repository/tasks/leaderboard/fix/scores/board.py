from dataclasses import dataclass


@dataclass(frozen=True)
class Row:
    rank: int
    player: str
    points: int


def board(results, limit=None):
    """The rows of the board, best first."""
    ordered = sorted(results.items(), key=lambda item: -item[1])
    rows = []
    for number, (player, points) in enumerate(ordered, 1):
        if rows and rows[-1].points == points:
            number = rows[-1].rank
        rows.append(Row(number, player, points))
    return rows[:limit]


def shown(rows):
    return "\n".join(f"{row.rank:>3}. {row.player:<10} {row.points:>6}" for row in rows)
