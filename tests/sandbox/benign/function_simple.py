# benign: a function
# policy: strict
# entry: f
# arguments: [2, [3, 4]]
# expect: {"sum": 9, "parts": [2, [3, 4]], "none": null, "half": 4.5, "true": true}
# verdicts: OK


def f(a, b):
    print("noise")
    return {"sum": a + sum(b), "parts": (a, b), "none": None, "half": 4.5, "true": True}
