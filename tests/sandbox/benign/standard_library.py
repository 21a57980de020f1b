# benign: imports much of the standard library
# policy: strict, project
# limits: cpu=20 wall=60 memory=512
# expect: 9 1/3 True
# verdicts: OK

import abc, argparse, array, ast, base64, binascii, calendar, cmath, colorsys, copy, csv, ctypes, datetime, difflib, enum, fnmatch
import fractions, glob, graphlib, gzip, hashlib, hmac, html, io, json, keyword, math, numbers, operator, pathlib, pprint, queue, re
import sched, secrets, select, shlex, shutil, socket, statistics, string, struct, textwrap, time, timeit, tokenize, typing
import unicodedata, unittest, uuid, weakref, xml.etree.ElementTree, zipfile, zlib, zoneinfo
import multiprocessing, subprocess, concurrent.futures, urllib.request, http.client, email, logging, tempfile, sqlite3

print(math.isqrt(99), fractions.Fraction(1, 3), hashlib.sha256(b"a").hexdigest().startswith("ca97"))
