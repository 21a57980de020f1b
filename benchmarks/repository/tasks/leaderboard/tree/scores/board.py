from dataclasses import dataclass


@dataclass(frozen=True)
class Row:
    rank: int
    player: str
    points: int


def board(results, limit=None):
    """The rows of the board, best first."""
    ordered = sorted(results.items(), key=lambda item: item[1])
    ordered.reverse()
    rows = [Row(number, player, points) for number, (player, points) in enumerate(ordered, 1)]
    return rows[:limit]


def shown(rows):
    return "\n".join(f"{row.rank:>3}. {row.player:<10} {row.points:>6}" for row in rows)
