# benign: a process that is waited for by a task
# policy: project
# expect: b'x\n' 0
# verdicts: OK

import asyncio


async def main():
    process = await asyncio.create_subprocess_exec("echo", "x", stdout=asyncio.subprocess.PIPE)
    text, _ = await process.communicate()
    print(text, process.returncode)


asyncio.run(main())
