import math


def minus(a, b):
    return (a[0] - b[0], a[1] - b[1])


def dot(a, b):
    return a[0] * b[0] + a[1] * b[1]


def length(a):
    return math.hypot(*a)


def rotated(a, angle):
    sine, cosine = math.sin(angle), math.cos(angle)
    return (a[0] * cosine - a[1] * sine, a[0] * sine + a[1] * cosine)
