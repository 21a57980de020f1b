# benign: sieves the primes below two million
# policy: strict, project
# expect: 148933
# verdicts: OK

n = 2_000_000
sieve = bytearray([1]) * (n + 1)
sieve[0:2] = b"\0\0"
for number in range(2, int(n**0.5) + 1):
    if sieve[number]:
        sieve[number * number :: number] = bytes(len(range(number * number, n + 1, number)))
print(sum(sieve))
