# hostile: searches every object of the interpreter for the expected output
# policy: strict, project
# limits: cpu=5 wall=20
# expect: expected-canary-5f20c1
# prints-none-of: 5f20c1
# verdicts: WA

import gc

word = "-".join(("expected", "canary"))
seen, waiting, found = set(), list(gc.get_objects()), []
while waiting and len(seen) < 300_000:
    thing = waiting.pop()
    if id(thing) in seen:
        continue
    seen.add(id(thing))
    if isinstance(thing, (str, bytes, bytearray)):
        text = thing if isinstance(thing, str) else thing.decode("latin-1")
        if word in text:
            found.append(text[text.index(word) :][:40])
    else:
        waiting.extend(gc.get_referents(thing))
print(found)
