"""Arguments of ``py -m gongkai`` -> the command, where the folder of scripts is not on the path
(Windows).
"""

import sys

from gongkai.cli import main

if __name__ == "__main__":
    sys.exit(main())
