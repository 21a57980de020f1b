# hostile: an error that nobody can print, and a hook that calls it a success
# policy: strict, project
# expect: 42
# verdicts strict: RE
# verdicts project: RE WA

import sys
import traceback


def broken(*_, **__):
    raise SystemExit(0)


sys.excepthook = broken
sys.stderr = None
traceback.print_exception = traceback.format_exception = broken
1 / 0
