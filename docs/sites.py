"""Build the table of the names that divisions have in addresses of web sites: xuancheng.gov.cn.

Usage: sites.py DIVISIONS OUTPUT, with pypinyin (MIT) to be imported; `make divisions` does that.

A line is a spelling and the divisions that have it, in the order of divisions.tsv: 宣城市 without
its last letter, 献县 with it (xianxian), 恭城瑶族自治县 by its place alone (gongcheng).
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

import pypinyin

HEAD = "# spelling\tdivisions ; by pypinyin 0.55.0 (MIT) from divisions.tsv"
PEOPLES = re.compile(
    r"(?:(?:维吾尔|哈萨克|柯尔克孜|塔吉克|锡伯|达斡尔|鄂温克|各|..?)族|蒙古|哈萨克).*$"
)
# Where the package takes the other reading of a letter: 长治 is changzhi, 长子 is zhangzi.
READINGS = {
    "长": "chang",
    "长子": "zhangzi",
    "朝": "chao",
    "单县": "shanxian",
    "洪洞": "hongtong",
    "乐陵": "laoling",
}
SHORTEST = 2


def stem_of(name: str) -> str:
    """宣城 of 宣城市, 恭城 of 恭城瑶族自治县, 献县 of 献县."""
    stem = PEOPLES.sub("", re.sub(r"(?:特别行政区|自治[区州县旗])$", "", name))
    if stem == name:
        stem = name[:-1]
    return stem if len(stem) >= SHORTEST else name


def spelled(stem: str) -> str:
    known = max((start for start in READINGS if stem.startswith(start)), key=len, default="")
    rest = stem[len(known) :]
    return READINGS.get(known, "") + "".join(pypinyin.lazy_pinyin(rest))


def main(source: Path, target: Path) -> None:
    found: dict[str, dict[str, None]] = {}
    for line in source.read_text(encoding="utf-8").splitlines()[1:]:
        name = line.split("\t")[1]
        spelling = spelled(stem_of(name))
        found.setdefault(spelling, {})[name] = None
    lines = [HEAD, *(f"{spelling}\t{','.join(names)}" for spelling, names in sorted(found.items()))]
    target.write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
