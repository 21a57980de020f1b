# benign: evaluates what it is given
# policy: strict
# stdin: 2**64
# expect: 18446744073709551616 5
# verdicts: OK

space = {}
exec("def f(): return 5", space)
print(eval(input()), space["f"]())
