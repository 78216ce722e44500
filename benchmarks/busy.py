"""A command while one core is kept busy: seconds by the wall and of processor time; its own exit
code.

Run as ``make test-busy`` or ``python benchmarks/busy.py COMMAND...``. A suite that passes here in
its time passes on a desktop that has other work. Nothing is failed for being slow: the figure is
for the reader.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time

ENDLESS = "while True: pass"


def main(command: list[str]) -> int:
    neighbour = subprocess.Popen([sys.executable, "-c", ENDLESS])
    try:
        began = time.perf_counter()
        code = subprocess.run(command, check=False).returncode
        wall = time.perf_counter() - began
        spent = os.times()
    finally:
        neighbour.kill()
        neighbour.wait()
    worked = spent.children_user + spent.children_system
    print(f"{' '.join(command)}: {wall:.0f} s beside a busy core, {worked:.0f} s of processor time")
    return code


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
