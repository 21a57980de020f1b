# hostile: asks for a terabyte at once
# policy: strict, project
# verdicts: MLE RE

bytearray(10**12)
