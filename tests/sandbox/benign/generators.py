# benign: a generator that is told things
# policy: strict
# expect: 0 5 closed
# verdicts: OK


def counter():
    total = 0
    try:
        while True:
            total += yield total
    except GeneratorExit:
        print("closed")


count = counter()
print(next(count), count.send(5), end=" ")
count.close()
