# benign: tasks, gathered
# policy: strict, project
# expect: [0, 1, 2]
# verdicts: OK

import asyncio


async def one(number):
    await asyncio.sleep(0.01 * (3 - number))
    return number


async def main():
    print(await asyncio.gather(*(one(number) for number in range(3))))


asyncio.run(main())
