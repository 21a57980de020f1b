# benign: tests that are run by a runner, each in a process of its own
# policy: project
# expect: OK
# verdicts: OK

import subprocess
import sys

with open("test_sum.py", "w") as file:
    file.write("import unittest\nclass T(unittest.TestCase):\n    def test(self): self.assertEqual(sum([1, 2]), 3)\n")
done = subprocess.run([sys.executable, "-m", "unittest", "-q"], capture_output=True, text=True)
print(done.stderr.split()[-1])
