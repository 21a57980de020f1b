"""Which characters foreign text must not bring to a terminal as they are: what cannot be seen, or acts on it.

The classes follow Unicode TR 36 (security considerations) and TR 9 (bidirectional controls).
"""

from __future__ import annotations

import re

FOREIGN = re.compile(
    "["
    "\x00-\x08\x0b-\x1f\x7f-\x9f"  # C0 without tab and newline, DEL, C1
    "\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u2028-\u202e"
    "\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\uffff\ud800-\udfff"
    "\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff"
    "]"
)
"""One such character; newlines and tabs are none."""
