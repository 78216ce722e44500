"""Tokens + the labels of a form -> which token is which label, in order."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import NamedTuple

from gongkai.editions import editions, form
from gongkai.model import Label
from gongkai.recognize.tokens import Token, squash

NUMBERING = re.compile(
    r"^\s*(?:[（(]\s*(?:[一二三四五六七八九十]{1,3}|\d{1,2})\s*[)）]|"
    r"(?:[一二三四五六七八九十]{1,"
    r"3}|\d{1,2})\s*[、.．,，:：)）])\s*[、.．]?\s*"
)
# A note behind a label: 规章（设区的市制定的）, 行政许可【含委托事项】, 行政许可—含告知承诺, 规章
# over 注：省政府规章.
OPENING, CLOSING = "（(【[〔", "）)】]〕"
LOOSE_NOTE = re.compile(
    r"(?<=[\u4e00-\u9fff）)])\s*(?:[—–－-]{1,2}|[：:]|\n)\s*(?![\d\s]).+$", re.DOTALL
)
# Words that make another thing of a label: （一）不予以公开, 非行政许可, 上年收费金额, 失效件数.
# The label of a group may stand before that of its row: （五）不予处理 3.要求提供公开出版物.
TURNING = re.compile(
    r"非|党内|拟|受理|草案|减免|移送|立案|备案|撤销|吊销|注销|[一二再]审|应收|半年|季度|同比|"
    r"占比|比例|目标|修改|金额|总数"
    r"|不(?!予(?:处理|公开))|未|失效|去年|往年|历年|前年|明年|[上下]一?年|本年|累计|预计|计划|平均"
)
# Notes that do as well: 行政许可（教育局）, 行政处罚（罚款万元）, 行政许可（上年）; not
# 收费（单位：万元）.
TURNING_NOTE = re.compile(
    r"罚款|^\W*(?!不?含|包括|其中).*(?:局|厅|委|办|办公室|委员会|街道|乡|镇)[）)】\]〕]?\s*$"
    r"|^\W*(?:上一?年|去年|往年|同期)度?(?:数|数据|数量|情况)?\W*$"
)
MONEY = re.compile(r"收费|金额|费用")
# Notes that may: the figure is read, and the note is told.
DOUBTFUL_NOTE = re.compile(
    r"累计|历年|半年|季度|\d\s*[-—~～至]\s*\d+\s*月|截[至止]|上年|去年|往年|同期|较上|"
    r"增[加减长幅]|同比|环比|占比|比[例重]|率"
    r"|[两二三五十]年|预计|计划|目标|其中|[省市县区旗]本级|一审|二审|再审|征求意见|草案|"
    r"[未不]公开|撤[销回]|废止|失效|除.{1,12}外|修[正订改]"
    r"|不含|不包括|[（(]人[数次]?[)）]|应收|减免|受理|申请|立案|移送|不予|备案|拟|总数|金额|法院|"
    r"注销|吊销"
    r"|20\d\d\s*年"
)
LONGEST_JOIN = 14  # a label set vertically has a character a line
WINDOW = 300  # candidates looked back over; bounds the time on a hostile page
SKIPPED_ROW = 0.3
FAR = 0.0005
FOLLOWED_BY_FIGURE = 0.5
SHORTEST_BARE = (
    4  # 4.其他 is no certain reading of 3.其他; 7.属于行政查询事项 can only be 8.属于行政查询事项
)
WIDEST_GAP = 1_000  # tokens between two certain labels that are held against the missing ones
LONGEST_LABEL = 60
ALIKE, ALIKE_SHORT, MARGIN = 0.6, 0.75, 0.08


@dataclass(frozen=True, slots=True)
class Lexicon:
    """The labels of a form in reading order, and how to find them: squashed text -> (position,
    weight).

    ``full`` is the weight of a chain that finds every label in the official wording and every row
    with its figures.
    """

    labels: tuple[Label, ...]
    spellings: tuple[tuple[str, ...], ...]
    exact: Mapping[str, tuple[tuple[int, float], ...]]
    prefixes: frozenset[str]
    full: float


class Match(NamedTuple):
    """Tokens ``start`` to ``end`` (excluded) may be label number ``label``."""

    start: int
    end: int
    label: int
    weight: float


@cache
def lexicon(edition: str, table: str) -> Lexicon:
    labels = form(edition, table).labels
    spellings = tuple(tuple({word for word, _ in wordings(label)}) for label in labels)
    full = len(labels) + FOLLOWED_BY_FIGURE * sum(label.kind == "row" for label in labels)
    return Lexicon(labels, spellings, exact_index(labels), prefixes_of(labels), full)


def wordings(label: Label) -> list[tuple[str, float]]:
    """Squashed wordings of a label with their weights: official, in other words, without its
    number.
    """
    found = [(squash(label.text), 1.0)]
    found += [(squash(alias), 0.95) for alias in label.aliases]
    found += [(squash(NUMBERING.sub("", text)), 0.9) for text in (label.text, *label.aliases)]
    return found


def exact_index(labels: Sequence[Label]) -> dict[str, tuple[tuple[int, float], ...]]:
    best: dict[str, dict[int, float]] = {}
    for number, label in enumerate(labels):
        for word, weight in wordings(label):
            if word:
                known = best.setdefault(word, {})
                known[number] = max(weight, known.get(number, 0.0))
    return {word: tuple(found.items()) for word, found in best.items()}


def prefixes_of(labels: Sequence[Label]) -> frozenset[str]:
    return frozenset(
        word[:size]
        for label in labels
        for word, _ in wordings(label)
        for size in range(1, len(word) + 1)
    )


def bare(text: str) -> str:
    return squash(NUMBERING.sub("", text))


def joined(
    tokens: Sequence[Token], start: int, prefixes: frozenset[str]
) -> Iterable[tuple[int, str]]:
    """(end, squashed text) of the token at ``start`` alone and joined with the lines after it,
    while it can grow.
    """
    word = tokens[start].squash
    yield start + 1, word
    for end in range(start + 1, min(start + LONGEST_JOIN, len(tokens))):
        token = tokens[end]
        if token.grid or token.kind != "text":
            return
        word += token.squash
        if word not in prefixes:
            return
        yield end + 1, word


def exact_matches(tokens: Sequence[Token], words: Lexicon) -> list[Match]:
    found = []
    for start, token in enumerate(tokens):
        if not 0 < len(token.squash) <= LONGEST_LABEL:
            continue
        alone = token.grid or token.squash not in words.prefixes
        for end, word in (
            ((start + 1, token.squash),) if alone else joined(tokens, start, words.prefixes)
        ):
            hits = words.exact.get(word)
            if hits is None and end == start + 1:
                hits = hits_without_note(token.text, words)
            for number, weight in hits or ():
                if words.labels[number].kind == "row" and follows_figure(tokens, end):
                    weight += FOLLOWED_BY_FIGURE
                found.append(Match(start, end, number, weight))
    return found


def hits_without_note(text: str, words: Lexicon) -> tuple[tuple[int, float], ...]:
    """Labels that a text is without the note behind it, or without its number."""
    for word in words_without_note(text):
        hits = words.exact.get(word, ())
        if len(word) < SHORTEST_BARE:  # 规章, of 规章（设区的市…）; not 其他, of 4.其他（…）
            hits = tuple((number, weight) for number, weight in hits if weight == 1.0)
        if hits:
            return tuple((number, weight - 0.05) for number, weight in hits)
    return ()


LONGEST_NOTED = 300  # characters of a label with its note


@lru_cache(maxsize=4096)
def words_without_note(text: str) -> tuple[str, ...]:
    """Squashed texts that a label may be without its note, the fullest first; () where the note
    makes another of it.
    """
    if len(text) > LONGEST_NOTED:
        return ()
    plain = without_notes(text)
    if plain == text:
        return (word,) if len(word := bare(text)) >= SHORTEST_BARE else ()
    if is_other_thing(plain, text[len(plain) :]):
        return ()
    bares = [word for word in (bare(text), bare(plain)) if len(word) >= SHORTEST_BARE]
    return (squash(plain), *bares)


def doubtful_note(text: str, label: Label) -> str:
    """What stands behind a label and may make another thing of it, "" for nothing of the kind:
    （累计）, （上半年）; not （设区的市制定的）, nor the official remark.
    """
    if text == label.text or squash(text) in spellings_of(label):
        return ""
    plain = label.text if text.startswith(label.text) else without_notes(text)
    note = text[len(plain) :]
    return note if DOUBTFUL_NOTE.search(note) else ""


@cache
def spellings_of(label: Label) -> frozenset[str]:
    return frozenset(squash(text) for text in (label.text, *label.aliases))


def without_notes(text: str) -> str:
    """规章（设区的市、自治州人民政府（含园区）） -> 规章; 规章——指本级政府规章 -> 规章."""
    plain = text.rstrip()
    while plain[-1:] and plain[-1] in CLOSING and (start := opening_of(plain)) > 0:
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
    money = "元" in note and not MONEY.search(label)
    return money or TURNING_NOTE.search(note) is not None


def follows_figure(tokens: Sequence[Token], end: int) -> bool:
    """Whether a figure, a sign or a blank cell of the same grid row stands right after a label."""
    if end >= len(tokens) or not tokens[end].is_slot:
        return False
    return tokens[end].grid == 0 or tokens[end].row == tokens[end - 1].row


def best_chain(matches: Sequence[Match], words: Lexicon) -> list[Match]:
    """The heaviest sequence of matches in which tokens and labels both go forward.

    Passing over tokens that are rows of the form costs weight, so that a chain does not leap from
    one table into another of the same kind.
    """
    ordered = sorted(matches, key=lambda match: (match.start, match.end, match.label))
    rows = sorted(
        {m.start for m in ordered if words.labels[m.label].kind == "row" and m.weight >= 0.95}
    )
    passed = [bisect_left(rows, match.end) for match in ordered]
    scores: list[float] = []
    heaviest: list[float] = []  # the best score up to here: no match further back can give more
    before: list[int] = []
    for i, match in enumerate(ordered):
        best, link = 0.0, -1
        reached = bisect_left(rows, match.start)
        for k in range(i - 1, max(-1, i - WINDOW), -1):
            if heaviest[k] <= best:
                break
            other = ordered[k]
            if other.end <= match.start and other.label < match.label and scores[k] > best:
                score = (
                    scores[k]
                    - SKIPPED_ROW * (reached - passed[k])
                    - FAR * min(match.start - other.end, 500)
                )
                if score > best:
                    best, link = score, k
        scores.append(best + match.weight)
        heaviest.append(max(scores[-1], heaviest[-1] if heaviest else 0.0))
        before.append(link)
    chain: list[Match] = []
    at = max(range(len(scores)), key=scores.__getitem__, default=-1)
    while at >= 0:
        chain.append(ordered[at])
        at = before[at]
    return chain[::-1]


def chain_weight(chain: Sequence[Match]) -> float:
    return sum(match.weight for match in chain)


def likenesses(word: str, words: Lexicon) -> list[float]:
    """How alike a squashed text and each label are, 0 to 1; with and without the label's number."""
    from rapidfuzz.fuzz import ratio

    return [max(ratio(word, text) for text in texts) / 100 for texts in words.spellings]


def alike_enough(word: str, score: float, label: Label) -> bool:
    """Whether a squashed text is a label with slips of the pen, and says nothing else."""
    return score >= (ALIKE if len(bare(label.text)) > 4 else ALIKE_SHORT) and not is_turned(
        word, label
    )


def is_turned(word: str, label: Label) -> bool:
    """本年结转 for 上年结转, 不予以公开 for 予以公开; not 上一年结转."""
    said, wanted = (Counter(turning_words(text)) for text in (word, label.text))
    added, lost = said - wanted, wanted - said
    if set(added) == {"本年"}:
        return bool(lost.keys() & {"上年", "下年"})
    return bool(added)


def turning_words(text: str) -> list[str]:
    return [word.replace("一", "") for word in TURNING.findall(text)]


def fuzzy_matches(tokens: Sequence[Token], chain: Sequence[Match], words: Lexicon) -> list[Match]:
    """Matches for labels with typos or missing characters: only between neighbours that are
    certain.

    A token must be more like its label than like any other label of the whole form, by a margin.
    """
    found: list[Match] = []
    edges = [Match(chain[0].start, chain[0].start, -1, 0.0), *chain]
    last = Match(min(chain[-1].end + 40, len(tokens)), 0, len(words.labels), 0.0)
    for left, right in zip(edges, [*chain, last], strict=True):
        wanted = range(left.label + 1, right.label)
        if not wanted or left.end >= right.start:
            continue
        for start in range(left.end, min(right.start, left.end + WIDEST_GAP)):
            if tokens[start].kind == "text":
                found += fuzzy_at(tokens, start, right.start, wanted, words)
    return found


def fuzzy_at(
    tokens: Sequence[Token], start: int, stop: int, wanted: range, words: Lexicon
) -> list[Match]:
    found = []
    reach = start + 1 if tokens[start].grid else min(start + 3, stop)
    word = ""
    for end in range(start + 1, reach + 1):
        token = tokens[end - 1]
        word += token.squash
        if token.kind != "text" or len(word) > LONGEST_LABEL:
            break
        scores = likenesses(word, words)
        for number in wanted:
            label = words.labels[number]
            rivals = (
                s for s, other in zip(scores, words.labels, strict=True) if other.text != label.text
            )
            if alike_enough(word, scores[number], label) and scores[number] - max(rivals) >= MARGIN:
                bonus = (
                    FOLLOWED_BY_FIGURE
                    if label.kind == "row" and follows_figure(tokens, end)
                    else 0.0
                )
                found.append(Match(start, end, number, 0.8 * scores[number] + bonus))
    return found


def align(tokens: Sequence[Token], words: Lexicon, exact: Sequence[Match]) -> list[Match]:
    """The tokens that are labels of a form: first those that agree to the letter, then between them
    the rest.
    """
    chain = best_chain(exact, words)
    if not chain or len(chain) == len(words.labels):
        return chain
    extra = fuzzy_matches(tokens, chain, words)
    return best_chain([*chain, *extra], words) if extra else chain


def without(matches: Iterable[Match], used: Sequence[Match]) -> list[Match]:
    """Matches whose tokens no match of ``used`` has taken: what a second table of the same kind
    would be made of.
    """
    taken = {spot for match in used for spot in range(match.start, match.end)}
    return [match for match in matches if not taken.intersection(range(match.start, match.end))]


# --- the words of all editions --------------------------------------------------------------------


@cache
def row_words() -> frozenset[str]:
    """Squashed labels of rows in all editions, and those of 表四's columns, whose rows have none of
    their own.
    """
    forms = [form for edition in editions().values() for form in edition.forms.values()]
    labels = [label for form in forms for label in form.labels if label.kind in ("row", "column")]
    return frozenset(squash(text) for label in labels for text in (label.text, *label.aliases))


@cache
def form_words() -> frozenset[str]:
    """Squashed labels of every kind: what stands in a table is no caption of it."""
    forms = [form for edition in editions().values() for form in edition.forms.values()]
    return frozenset(
        squash(text)
        for form in forms
        for label in form.labels
        for text in (label.text, *label.aliases)
    )
