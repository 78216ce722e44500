"""The settings file of xlwings: one line ``"KEY","value"`` each; all other lines stay byte for byte.

Two programs read it: xlwings' Python, line by line, and xlwings' VBA, which takes values in pairs whatever the lines:
a comment without a comma takes the next key for its value. What counts here is what the VBA sees.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

# One value as VBA's Input # takes it: in quotation marks or up to a comma; a comma or the line's end closes it.
VALUE = re.compile(rb'[ \t]*(?:"([^"]*)"?[ \t]*|([^,\r\n]*))(?:,|\r\n|\r|\n|$)')
# Unless the user has decided on it: Python would run what lies beside any workbook that uses one of our functions.
SAFE_KEY, SAFE_VALUE = "ADD_WORKBOOK_TO_PYTHONPATH", b"false"
WIDE = (b"\xff\xfe", b"\xfe\xff")


def seen(content: bytes, key: str) -> bytes | None:
    """The value that xlwings' VBA is sure to find for a key, else None.

    Whether it takes a blank line for an empty value is not documented: it has to find the same either way.
    """
    values = list(values_of(content))
    found = {value_for(key, values), value_for(key, [value for value in values if value is not None])}
    return found.pop() if len(found) == 1 else None


def values_of(content: bytes) -> Iterator[bytes | None]:
    """All values in order; None for a blank line."""
    at, fresh = 0, True
    while at < len(content):
        match = VALUE.match(content, at)
        assert match is not None  # every text begins with a value, be it empty
        value = match[1] if match[1] is not None else match[2].strip()
        ends = not match[0].endswith(b",")
        yield None if fresh and ends and match[1] is None and not value else value
        at, fresh = match.end(), ends


def value_for(key: str, values: list[bytes | None]) -> bytes | None:
    pairs = zip(values[::2], values[1::2], strict=False)
    return next((value for name, value in pairs if name is not None and name.lower() == key.lower().encode()), None)


def setting_line(key: str, value: bytes) -> bytes:
    return b'"%s","%s"' % (key.encode(), value)


def line_of(content: bytes, key: str) -> bytes | None:
    """The line that sets a key, without its end."""
    return next((line.rstrip(b"\r\n") for line in content.splitlines(keepends=True) if sets(line, key)), None)


def sets(line: bytes, key: str) -> bool:
    return re.match(rb'[ \t]*"?%s"?[ \t]*,' % re.escape(key.encode()), line, re.IGNORECASE) is not None


def with_setting(content: bytes, key: str, value: bytes, newline: str) -> bytes:
    """The same settings with ``key`` set: in its place, or on top, where no odd line can hide it."""
    line = setting_line(key, value)
    old = line_of(content, key)
    changed = content if old is None else with_line(content, old, line)
    if seen(changed, key) == value:
        return changed
    return line + newline.encode() + content


def without_setting(content: bytes, key: str, value: bytes, before: bytes | None) -> bytes:
    """The same settings with our line for ``key`` as it was: the line ``before``, or none."""
    line = setting_line(key, value)
    if before is None or before in (text.rstrip(b"\r\n") for text in content.splitlines(keepends=True)):
        return with_line(content, line, None)
    return with_line(content, line, before)


def with_line(content: bytes, old: bytes, new: bytes | None) -> bytes:
    """The first line that reads ``old`` replaced, its end kept, or dropped with its end."""
    lines = content.splitlines(keepends=True)
    for number, line in enumerate(lines):
        text = line.rstrip(b"\r\n")
        if text == old:
            lines[number] = b"" if new is None else new + line[len(text) :]
            break
    return b"".join(lines)
