"""Tokens + a chain of certain labels -> the labels between them that have typos.

（二）部分公幵 or （二）部分公 between （一）予以公开 and （三）不予公开 is （二）部分公开.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from gongkai.model import Label
from gongkai.recognize import labelling, tokenizing

# Words that make another thing of a label: （一）不予以公开, 非行政许可, 上年收费金额, 失效件数.
# The label of a group may stand before that of its row: （五）不予处理 3.要求提供公开出版物.
TURNING = re.compile(
    r"非|党内|拟|受理|草案|减免|移送|立案|备案|撤销|吊销|注销|[一二再]审|应收|半年|季度|同比"
    r"|占比|比例|目标|修改|金额|总数"
    r"|不(?!予(?:处理|公开))|未|失效|去年|往年|历年|前年|明年|[上下]一?年|本年|累计|预计|计划|平均"
)
WIDEST_GAP = 1_000  # tokens between two certain labels that are held against the missing ones
BEHIND_LAST = 40  # tokens behind the last certain label in which others may stand
MOST_LINES = 3  # of one label, in text
ALIKE, ALIKE_SHORT, MARGIN = 0.6, 0.75, 0.08
SHORT = 4  # characters
CERTAINTY = 0.8  # of a label with typos, beside one to the letter


class Gap(NamedTuple):
    """The tokens between two certain labels, and the numbers of the labels that are missing."""

    start: int
    stop: int
    wanted: range


def align(
    tokens: Sequence[tokenizing.Token], words: labelling.Lexicon, exact: Sequence[labelling.Match]
) -> list[labelling.Match]:
    """The tokens that are labels of a form: first those that agree to the letter, then between them
    the rest.
    """
    chain = labelling.best_chain(exact, words)
    if not chain or len(chain) == len(words.labels):
        return chain
    extra: list[labelling.Match] = []
    for gap in gaps_in(tokens, chain, len(words.labels)):
        extra += matches_in(tokens, gap, words)
    return labelling.best_chain([*chain, *extra], words) if extra else chain


def gaps_in(
    tokens: Sequence[tokenizing.Token], chain: Sequence[labelling.Match], labels: int
) -> Iterator[Gap]:
    """The gaps of a chain in which labels are missing, the one behind its last label included."""
    end, label = chain[0].start, -1
    last = labelling.Match(min(chain[-1].end + BEHIND_LAST, len(tokens)), 0, labels, 0.0)
    for match in (*chain, last):
        wanted = range(label + 1, match.label)
        if wanted and end < match.start:
            yield Gap(end, match.start, wanted)
        end, label = match.end, match.label


def matches_in(
    tokens: Sequence[tokenizing.Token], gap: Gap, words: labelling.Lexicon
) -> list[labelling.Match]:
    found: list[labelling.Match] = []
    for start in range(gap.start, min(gap.stop, gap.start + WIDEST_GAP)):
        if tokens[start].kind == "text":
            found += matches_from(tokens, start, gap, words)
    return found


def matches_from(
    tokens: Sequence[tokenizing.Token], start: int, gap: Gap, words: labelling.Lexicon
) -> Iterator[labelling.Match]:
    """The missing labels that a text is like, alone or with the lines after it: 部分公 over 幵."""
    reach = start + 1 if tokens[start].grid else min(start + MOST_LINES, gap.stop)
    word = ""
    for end in range(start + 1, reach + 1):
        token = tokens[end - 1]
        word += token.squash
        if token.kind != "text" or len(word) > labelling.LONGEST_LABEL:
            return
        scores = likenesses(word, words)
        for number in gap.wanted:
            if stands_out(word, number, scores, words):
                weight = CERTAINTY * scores[number]
                weight += labelling.figure_bonus(words.labels[number], tokens, end)
                yield labelling.Match(start, end, number, weight)


def likenesses(word: str, words: labelling.Lexicon) -> list[float]:
    """How alike a squashed text and each label are, 0 to 1; with and without the label's number."""
    from rapidfuzz.fuzz import ratio

    found = []
    for texts in words.spellings:
        found.append(max(ratio(word, text) for text in texts) / 100)
    return found


def stands_out(word: str, number: int, scores: Sequence[float], words: labelling.Lexicon) -> bool:
    """Whether a text is more like one label than like any other of the form, by a margin."""
    label = words.labels[number]
    if not alike_enough(word, scores[number], label):
        return False
    rival = 0.0
    for score, other in zip(scores, words.labels, strict=True):
        if other.text != label.text:
            rival = max(rival, score)
    return scores[number] - rival >= MARGIN


def alike_enough(word: str, score: float, label: Label) -> bool:
    """Whether a squashed text is a label with slips of the pen, and says nothing else."""
    least = ALIKE if len(labelling.bare(label.text)) > SHORT else ALIKE_SHORT
    return score >= least and not is_turned(word, label)


def is_turned(word: str, label: Label) -> bool:
    """本年结转 for 上年结转, 不予以公开 for 予以公开; not 上一年结转."""
    said, wanted = turning_words(word), turning_words(label.text)
    added, lost = said - wanted, wanted - said
    if set(added) == {"本年"}:
        return "上年" in lost or "下年" in lost
    return bool(added)


def turning_words(text: str) -> Counter[str]:
    return Counter(word.replace("一", "") for word in TURNING.findall(text))
