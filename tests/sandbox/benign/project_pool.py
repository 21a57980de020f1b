# benign: a pool of processes
# policy: project
# tiers: full
# expect: [1, 4, 9]
# verdicts: OK

import multiprocessing


def square(number):
    return number**2


if __name__ == "__main__":
    with multiprocessing.get_context("fork").Pool(2) as pool:
        print(pool.map(square, [1, 2, 3]))
