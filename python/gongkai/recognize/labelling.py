"""Tokens + the labels of a form -> which token is which label to the letter, in order.

Labels with slips of the pen are found between these (typos).
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from operator import attrgetter
from typing import NamedTuple

from gongkai.editions import all_editions
from gongkai.model import Form, Label
from gongkai.recognize.tokenizing import Token, squash

NUMBERING = re.compile(
    r"^\s*(?:[（(]\s*(?:[一二三四五六七八九十]{1,3}|\d{1,2})\s*[)）]"
    r"|(?:[一二三四五六七八九十]{1,3}|\d{1,2})\s*[、.．,，:：)）])"
    r"\s*[、.．]?\s*"
)
# A note behind a label: 规章（设区的市制定的）, 行政许可【含委托事项】, 行政许可—含告知承诺, 规章
# over 注：省政府规章.
OPENING, CLOSING = "（(【[〔", "）)】]〕"
LOOSE_NOTE = re.compile(
    r"(?<=[\u4e00-\u9fff）)])\s*(?:[—–－-]{1,2}|[：:]|\n)\s*(?![\d\s]).+$", re.DOTALL
)
# Notes that make another thing of a label: 行政许可（教育局）, 行政处罚（罚款万元）,
# 行政许可（上年）; not 收费（单位：万元）.
TURNING_NOTE = re.compile(
    r"罚款|^\W*(?!不?含|包括|其中).*(?:局|厅|委|办|办公室|委员会|街道|乡|镇)[）)】\]〕]?\s*$"
    r"|^\W*(?:上一?年|去年|往年|同期)度?(?:数|数据|数量|情况)?\W*$"
)
MONEY = re.compile(r"收费|金额|费用")
# Notes that may: the figure is read, and the note is told.
DOUBTFUL_NOTE = re.compile(
    r"累计|历年|半年|季度|\d\s*[-—~～至]\s*\d+\s*月|截[至止]|上年|去年|往年|同期|较上"
    r"|增[加减长幅]|同比|环比|占比|比[例重]|率"
    r"|[两二三五十]年|预计|计划|目标|其中|[省市县区旗]本级|一审|二审|再审|征求意见|草案"
    r"|[未不]公开|撤[销回]|废止|失效|除.{1,12}外|修[正订改]"
    r"|不含|不包括|[（(]人[数次]?[)）]|应收|减免|受理|申请|立案|移送|不予|备案|拟|总数|金额"
    r"|法院|注销|吊销|20\d\d\s*年"
)
LONGEST_JOIN = 14  # a label set vertically has a character a line
WINDOW = 300  # candidates looked back over; bounds the time on a hostile page
SKIPPED_ROW = 0.3
FAR = 0.0005
FARTHEST = 500  # tokens
FOLLOWED_BY_FIGURE = 0.5
CERTAIN_ROW = 0.95  # weight
# 4.其他 is no certain reading of 3.其他; 7.属于行政查询事项 can only be 8.属于行政查询事项.
SHORTEST_BARE = 4
LONGEST_LABEL = 60  # characters without blanks of a text in which a label is looked for
LONGEST_NOTED = 300  # characters of a label with its note
Hits = tuple[tuple[int, float], ...]  # numbers of labels that a text may be, with their weights


@dataclass(frozen=True, slots=True)
class Lexicon:
    """The labels of a form in reading order, and how to find them: squashed text -> (position,
    weight).

    ``full`` is the weight of a chain that finds every label in the official wording and every row
    with its figures.
    """

    labels: tuple[Label, ...]
    spellings: tuple[tuple[str, ...], ...]
    exact: Mapping[str, Hits]
    prefixes: frozenset[str]
    full: float


class Match(NamedTuple):
    """Tokens ``start`` to ``end`` (excluded) may be label number ``label``."""

    start: int
    end: int
    label: int
    weight: float


# --- the words of a form --------------------------------------------------------------------------


@cache
def lexicon(form: Form) -> Lexicon:
    labels = form.labels
    spellings = []
    full = float(len(labels))
    for label in labels:
        spellings.append(tuple(dict(wordings(label))))
        if label.kind == "row":
            full += FOLLOWED_BY_FIGURE
    return Lexicon(labels, tuple(spellings), exact_index(labels), prefixes_of(labels), full)


def wordings(label: Label) -> list[tuple[str, float]]:
    """Squashed wordings of a label with their weights: official, in other words, without its
    number.
    """
    found = [(squash(label.text), 1.0)]
    found += [(squash(alias), 0.95) for alias in label.aliases]
    found += [(bare(text), 0.9) for text in (label.text, *label.aliases)]
    return found


def exact_index(labels: Sequence[Label]) -> dict[str, Hits]:
    """Squashed wording -> the labels that it is, each with its best weight."""
    best: dict[str, dict[int, float]] = {}
    for number, label in enumerate(labels):
        for word, weight in wordings(label):
            known = best.setdefault(word, {})
            known[number] = max(weight, known.get(number, 0.0))
    best.pop("", None)
    return {word: tuple(found.items()) for word, found in best.items()}


def prefixes_of(labels: Iterable[Label]) -> frozenset[str]:
    """What a squashed label may begin with: 规, 规章."""
    found: set[str] = set()
    for label in labels:
        for word, _ in wordings(label):
            found.update(word[:size] for size in range(1, len(word) + 1))
    return frozenset(found)


def bare(text: str) -> str:
    """（一）予以公开 -> 予以公开."""
    return squash(NUMBERING.sub("", text))


@cache
def spellings_of(label: Label) -> frozenset[str]:
    return frozenset(squash(text) for text in (label.text, *label.aliases))


def names_of(labels: Iterable[Label]) -> dict[str, Label]:
    """Squashed text -> the label that it is, the last of several."""
    found: dict[str, Label] = {}
    for label in labels:
        found |= dict.fromkeys(spellings_of(label), label)
    return found


# --- the words of all editions --------------------------------------------------------------------


def all_labels() -> Iterator[Label]:
    """The labels of all forms of all editions."""
    for edition in all_editions().values():
        for form in edition.forms.values():
            yield from form.labels


@cache
def row_words() -> frozenset[str]:
    """Squashed labels of rows in all editions, and those of 表四's columns, whose rows have none of
    their own.
    """
    found: set[str] = set()
    for label in all_labels():
        if label.kind in ("row", "column"):
            found |= spellings_of(label)
    return frozenset(found)


@cache
def form_words() -> frozenset[str]:
    """Squashed labels of every kind: what stands in a table is no caption of it."""
    return frozenset().union(*map(spellings_of, all_labels()))


# --- labels in a text -----------------------------------------------------------------------------


def exact_matches(tokens: Sequence[Token], words: Lexicon) -> list[Match]:
    """All places where a label may stand; （一）予以公开 134 and 予以公开 are the same one."""
    found: list[Match] = []
    for start, token in enumerate(tokens):
        if 0 < len(token.squash) <= LONGEST_LABEL:
            found += matches_at(tokens, start, words)
    return found


def matches_at(tokens: Sequence[Token], start: int, words: Lexicon) -> list[Match]:
    """The labels that begin at a token: 3.其他 may be several, 予以公开 one."""
    found = []
    for end, word in joined(tokens, start, words.prefixes):
        hits = words.exact.get(word, ())
        if not hits and end == start + 1:
            hits = hits_without_note(tokens[start].text, words)
        for number, weight in hits:
            more = figure_bonus(words.labels[number], tokens, end)
            found.append(Match(start, end, number, weight + more))
    return found


def joined(tokens: Sequence[Token], start: int, prefixes: frozenset[str]) -> list[tuple[int, str]]:
    """(end, squashed text) of the token at ``start`` alone and joined with the lines after it,
    while it can grow: 商, then 商业, 商业企 and 商业企业 set a character a line.
    """
    word = tokens[start].squash
    found = [(start + 1, word)]
    if tokens[start].grid or word not in prefixes:
        return found
    for end, token in enumerate(tokens[start + 1 : start + LONGEST_JOIN], start + 2):
        if token.grid or token.kind != "text":
            break
        word += token.squash
        if word not in prefixes:
            break
        found.append((end, word))
    return found


def figure_bonus(label: Label, tokens: Sequence[Token], end: int) -> float:
    """The weight that a row's label gains where its figures follow."""
    return FOLLOWED_BY_FIGURE if label.kind == "row" and follows_figure(tokens, end) else 0.0


def follows_figure(tokens: Sequence[Token], end: int) -> bool:
    """Whether a figure, a sign or a blank cell of the same grid row stands right after a label."""
    if end >= len(tokens) or not tokens[end].is_slot:
        return False
    return tokens[end].grid == 0 or tokens[end].row == tokens[end - 1].row


# --- labels with a note ---------------------------------------------------------------------------


def hits_without_note(text: str, words: Lexicon) -> Hits:
    """Labels that a text is without the note behind it, or without its number: 规章, of
    规章（设区的市制定的）; not 其他, of 4.其他（…）.
    """
    for word in words_without_note(text):
        least = 1.0 if len(word) < SHORTEST_BARE else 0.0
        found = []
        for number, weight in words.exact.get(word, ()):
            if weight >= least:
                found.append((number, weight - 0.05))
        if found:
            return tuple(found)
    return ()


@lru_cache(maxsize=4096)
def words_without_note(text: str) -> tuple[str, ...]:
    """Squashed texts that a label may be without its note, the fullest first; () where the note
    makes another of it. 1.规章（含园区） -> 1规章, 规章含园区; 行政许可（教育局） -> ().
    """
    if len(text) > LONGEST_NOTED:
        return ()
    plain = without_notes(text)
    if plain == text:
        return long_enough(bare(text))
    if is_other_thing(plain, text[len(plain) :]):
        return ()
    return (squash(plain), *long_enough(bare(text), bare(plain)))


def long_enough(*words: str) -> tuple[str, ...]:
    found = []
    for word in words:
        if len(word) >= SHORTEST_BARE:
            found.append(word)
    return tuple(found)


def doubtful_note(text: str, label: Label) -> str:
    """What stands behind a label and may make another thing of it, "" for nothing of the kind:
    （累计）, （上半年）; not （设区的市制定的）, nor the official remark.
    """
    if squash(text) in spellings_of(label):
        return ""
    plain = label.text if text.startswith(label.text) else without_notes(text)
    note = text[len(plain) :]
    return note if DOUBTFUL_NOTE.search(note) else ""


def without_notes(text: str) -> str:
    """规章（设区的市、自治州人民政府（含园区）） -> 规章; 规章——指本级政府规章 -> 规章."""
    plain = text.rstrip()
    while plain.endswith(tuple(CLOSING)):
        start = opening_of(plain)
        if start <= 0:
            break
        plain = plain[:start].rstrip()
    return LOOSE_NOTE.sub("", plain)


def opening_of(text: str) -> int:
    """Where the bracket opens that closes at the end of a text; -1 where none does."""
    depth = 0
    for at in range(len(text) - 1, -1, -1):
        depth += (text[at] in CLOSING) - (text[at] in OPENING)
        if depth == 0:
            return at
    return -1


def is_other_thing(label: str, note: str) -> bool:
    """行政处罚（罚款万元）, 行政许可（教育局）; a unit of money fits only what is counted in
    money.
    """
    is_money = "元" in note and not MONEY.search(label)
    return is_money or TURNING_NOTE.search(note) is not None


# --- the chain of labels --------------------------------------------------------------------------


def best_chain(matches: Sequence[Match], words: Lexicon) -> list[Match]:
    """The heaviest sequence of matches in which tokens and labels both go forward.

    Passing over tokens that are rows of the form costs weight, so that a chain does not leap from
    one table into another of the same kind.
    """
    ordered = sorted(matches, key=attrgetter("start", "end", "label"))
    chains = Chains(ordered, row_starts(matches, words))
    for match in ordered:
        chains.add(match)
    return chains.heaviest_one()


def row_starts(matches: Iterable[Match], words: Lexicon) -> list[int]:
    """The tokens that are certain to be a row's label, in order."""
    found = set()
    for match in matches:
        if match.weight >= CERTAIN_ROW and words.labels[match.label].kind == "row":
            found.add(match.start)
    return sorted(found)


class Chains:
    """The heaviest chain that ends in each match that was added: its weight, and the match before.

    ``peaks`` are the greatest weights up to each: no match further back can give more.
    """

    def __init__(self, ordered: Sequence[Match], rows: Sequence[int]) -> None:
        self.ordered = ordered
        self.rows = rows
        self.passed = [bisect_left(rows, match.end) for match in ordered]
        self.weights: list[float] = []
        self.peaks: list[float] = []
        self.before: list[int] = []
        self.peak = 0.0

    def add(self, match: Match) -> None:
        weight, link = self.best_before(match)
        weight += match.weight
        self.peak = max(self.peak, weight)
        self.weights.append(weight)
        self.peaks.append(self.peak)
        self.before.append(link)

    def best_before(self, match: Match) -> tuple[float, int]:
        """Weight and number of the best match that one may follow, -1 where it begins a chain:
        before （一）予以公开 stands 三、本年度办理结果, not the 其他 of a table further up.
        """
        ordered, weights, peaks = self.ordered, self.weights, self.peaks
        reached = bisect_left(self.rows, match.start)
        count = len(weights)
        best, link = 0.0, -1
        for at in range(count - 1, max(-1, count - WINDOW), -1):
            if peaks[at] <= best:
                break
            other = ordered[at]
            if other.end > match.start or other.label >= match.label or weights[at] <= best:
                continue
            skipped = SKIPPED_ROW * (reached - self.passed[at])
            weight = weights[at] - skipped - FAR * min(match.start - other.end, FARTHEST)
            if weight > best:
                best, link = weight, at
        return best, link

    def heaviest_one(self) -> list[Match]:
        chain: list[Match] = []
        at = self.weights.index(self.peak) if self.weights else -1
        while at >= 0:
            chain.append(self.ordered[at])
            at = self.before[at]
        chain.reverse()
        return chain


def chain_weight(chain: Sequence[Match]) -> float:
    return sum(match.weight for match in chain)


def without(matches: Iterable[Match], used: Iterable[Match]) -> list[Match]:
    """Matches whose tokens no match of ``used`` has taken: what a second table of the same kind
    would be made of.
    """
    taken = tokens_of(used)
    left = []
    for match in matches:
        if taken.isdisjoint(range(match.start, match.end)):
            left.append(match)
    return left


def tokens_of(matches: Iterable[Match]) -> set[int]:
    """The numbers of the tokens that labels stand in."""
    found: set[int] = set()
    for match in matches:
        found.update(range(match.start, match.end))
    return found
