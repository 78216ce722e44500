"""A government's report + a folder or list -> the comparison with its children, as text or a file.

``family_of(argument)`` says whose reports are to be read, ``compared(source, family)`` reads and
compares them; ``levels_to_dict``, ``levels_lines`` and ``levels_bytes`` show what was found.
"""

from gongkai.levels.family import Family, family_of, read_children
from gongkai.levels.output import levels_bytes, levels_lines, levels_to_dict

__all__ = ["Family", "family_of", "levels_bytes", "levels_lines", "levels_to_dict", "read_children"]
