# benign: a database in memory and one in a file
# policy: strict, project
# expect: [(3,)] [(4,)]
# verdicts: OK

import sqlite3

found = []
for place in (":memory:", "base"):
    base = sqlite3.connect(place)
    base.execute("create table t (x)")
    base.executemany("insert into t values (?)", [(1,), (2 + len(found),)])
    base.commit()
    found.append(base.execute("select sum(x) from t").fetchall())
    base.close()
print(*found)
