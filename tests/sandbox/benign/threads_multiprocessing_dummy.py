# benign: a pool of threads by the name of processes
# policy: strict, project
# tiers: full
# expect: [1, 4, 9]
# verdicts: OK

from multiprocessing.dummy import Pool

with Pool(3) as pool:
    print(pool.map(lambda number: number**2, [1, 2, 3]))
