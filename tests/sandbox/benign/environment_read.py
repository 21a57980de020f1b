# benign: reads its environment
# policy: strict, project
# expect: None True local
# verdicts: OK

import os

print(os.environ.get("ONLINE_JUDGE"), "PATH" in os.environ, "judge" if os.getenv("JUDGE") else "local")
