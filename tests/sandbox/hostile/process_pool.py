# hostile: a pool of processes
# policy: strict
# verdicts: RE

import multiprocessing

multiprocessing.Pool(2)
