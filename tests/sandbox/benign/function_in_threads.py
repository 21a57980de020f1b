# benign: a function that uses threads and leaves one behind
# policy: strict
# entry: f
# arguments: [[3, 1, 2]]
# expect: [6, 2, 4]
# verdicts: OK

import threading
from concurrent.futures import ThreadPoolExecutor


def f(numbers):
    threading.Thread(target=threading.Event().wait, daemon=True).start()
    with ThreadPoolExecutor() as pool:
        return list(pool.map(lambda number: 2 * number, numbers))
