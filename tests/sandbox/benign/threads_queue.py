# benign: a worker that takes from a queue
# policy: strict
# expect: [0, 1, 4]
# verdicts: OK

import queue
import threading

given, made = queue.Queue(), []


def work():
    while (number := given.get()) is not None:
        made.append(number**2)


worker = threading.Thread(target=work)
worker.start()
for number in (0, 1, 2, None):
    given.put(number)
worker.join()
print(made)
