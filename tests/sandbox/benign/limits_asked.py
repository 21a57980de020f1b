# benign: asks what it may use, and lowers it
# policy: strict
# expect: True 100
# verdicts: OK

import resource

soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
resource.setrlimit(resource.RLIMIT_NOFILE, (100, hard))
usage = resource.getrusage(resource.RUSAGE_SELF)
print(usage.ru_maxrss > 0, resource.getrlimit(resource.RLIMIT_NOFILE)[0])
