# hostile: follows what is called after it for the expected output
# policy: strict
# entry: f
# expect: "expected-canary-5f20c1"
# prints-none-of: 5f20c1
# verdicts: WA RE

import sys


def follow(frame, event, argument):
    sys.stderr.write("%s %s %r %r\n" % (frame.f_code.co_name, event, argument, list(frame.f_locals.values())))
    return follow


def f():
    sys.setprofile(follow)
    sys.settrace(follow)
    caller = sys._getframe().f_back
    while caller:
        caller.f_trace = follow
        caller = caller.f_back
    return "nothing"
