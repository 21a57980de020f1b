# benign: a pool of threads
# policy: strict, project
# expect: 45
# verdicts: OK

from concurrent.futures import ThreadPoolExecutor

with ThreadPoolExecutor(4) as pool:
    print(sum(pool.map(abs, range(-9, 0))))
