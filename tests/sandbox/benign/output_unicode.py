# benign: prints other alphabets whatever the locale says
# policy: strict, project
# prints: "ñ€𝄞 你好\n"
# verdicts: OK

import locale

locale.setlocale(locale.LC_ALL, "C")
print("ñ€𝄞 你好")
