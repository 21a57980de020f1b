# benign: twenty threads that add to one list
# policy: strict, project
# expect: 190
# verdicts: OK

import threading

lock, numbers = threading.Lock(), []


def add(number):
    with lock:
        numbers.append(number)


threads = [threading.Thread(target=add, args=(number,)) for number in range(20)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
print(sum(numbers))
