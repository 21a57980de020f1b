# benign: text of other alphabets, both ways
# policy: strict, project
# stdin: añ€𝄞
# expect: 𝄞€ña
# verdicts: OK

print(input()[::-1])
