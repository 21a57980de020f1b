# benign: asks a thread from a task, with a limit of time
# policy: strict, project
# expect: 3 late
# verdicts: OK

import asyncio


async def main():
    loop = asyncio.get_running_loop()
    number = await loop.run_in_executor(None, len, "abc")
    try:
        await asyncio.wait_for(asyncio.sleep(10), 0.05)
    except asyncio.TimeoutError:
        print(number, "late")


asyncio.run(main())
