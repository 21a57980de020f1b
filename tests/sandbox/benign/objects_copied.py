# benign: copies and pickles of its own classes
# policy: strict, project
# expect: Point(x=1, y=[2]) True 1
# verdicts: OK

import copy
import pickle
from dataclasses import dataclass, field


@dataclass(order=True)
class Point:
    x: int
    y: list = field(default_factory=lambda: [2])


point = Point(1)
other = pickle.loads(pickle.dumps(point))
print(other, copy.deepcopy(point) == point, min(Point(3), other).x)
