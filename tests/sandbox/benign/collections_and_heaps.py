# benign: the tools of the trade
# policy: strict
# expect: [1, 2, 3] 1 deque([2, 3]) Counter({'a': 2, 'b': 1}) 3 9
# verdicts: OK

import bisect
import heapq
import itertools
import math
from collections import Counter, defaultdict, deque

heap = [3, 1, 2]
heapq.heapify(heap)
line = deque([1, 2, 3])
line.popleft()
groups = defaultdict(list)
groups[1].append(math.isqrt(9))
print([heapq.heappop(heap) for _ in range(3)], bisect.bisect([1, 3], 2), line, Counter("aba"), groups[1][0],
      sum(1 for _ in itertools.permutations("abc")) + 3)
