"""Words that stand together in a clause + the topic -> rows and columns of the tables."""

from __future__ import annotations

from collections.abc import Callable, Container, Sequence
from itertools import product
from typing import NamedTuple

from gongkai.checks.narrative.tokens import ProseToken, has_kind, has_name, names_of, of_kind

DISPUTES = ("review", "litigation", "direct_litigation", "reviewed_litigation")
DOCUMENTS = ("normative", "rules")
DECISIONS = {  # what is decided, and whether the word says that decisions are counted
    "permits": ("permits", False),
    "penalties": ("penalties", False),
    "coercion": ("coercion", False),
    "permit_decisions": ("permits", True),
    "penalty_decisions": ("penalties", True),
    "coercion_decisions": ("coercion", True),
}
MONEY = ("fees", "processing_fee")


class Pick(NamedTuple):
    """A place of the tables in words: ids of a row or a group of rows, a column or a group."""

    table: str
    row: str
    column: str


Picks = tuple[Pick, ...]


class Meaning(NamedTuple):
    """What a figure counts: the sum over the first of ``picks``.

    The others are what the words may mean as well. ``sure`` is False where the words leave it open;
    ``needs_context`` that nothing in the words says 信息公开; ``carried`` that another year is
    spoken of rightly; ``needs_channel`` that a channel makes it a part.
    """

    rule: str
    picks: tuple[Picks, ...]
    units: str
    sure: bool = True
    needs_context: bool = False
    carried: bool = False
    needs_channel: bool = True

    @property
    def table(self) -> str:
        return self.picks[0][0].table


class Phrase(NamedTuple):
    """The words that name what a figure counts: 收到, 行政复议, 申请.

    ``joined`` tells of each but the first whether 、 or 和 ties it to the one before; ``subject``
    is the topic so far, ``rows`` are the rows of 表三 spoken of last.
    """

    heads: Sequence[ProseToken]
    joined: Sequence[bool]
    subject: str = ""
    rows: tuple[Picks, ...] = ()


def row_pick(row: str, column: str = "total") -> Pick:
    return Pick("applications", row, column)


NEW, HANDLED = row_pick("new"), row_pick("handled")
IN, OUT = row_pick("carried_in"), row_pick("carried_out")
JUST_NEW: tuple[Picks, ...] = ((NEW,),)  # 收到 may be more, and 其中新收15件 is no repetition of it
CARRIED: tuple[Picks, ...] = ((IN,), (OUT,))
WORKED_ON: tuple[Picks, ...] = ((NEW,), (NEW, IN), (HANDLED,))  # what 办理 may mean
# What an action on applications says, and what else it may say; in the order of likelihood.
ACTIONS: dict[str, tuple[str, tuple[Picks, ...], bool]] = {
    "new": ("narrative.received", ((NEW,),), True),
    "receive": ("narrative.received", ((NEW,), (NEW, IN)), True),
    "accept": ("narrative.received", ((NEW,), (NEW, IN)), True),
    "take": ("narrative.received", ((NEW, IN),), True),
    "process": ("narrative.received", WORKED_ON, False),
    "finish": ("narrative.handled", ((HANDLED,),), True),
    "answer": ("narrative.handled", ((HANDLED,),), False),
    "carry": ("narrative.carried", ((OUT,), (IN,)), False),
    "carry_in": ("narrative.carried", ((IN,),), True),
    "carry_out": ("narrative.carried", ((OUT,),), True),
}
BARE = Meaning("narrative.received", ((NEW,), (NEW, IN)), "applications", sure=False)  # 申请5件
GROUPS = ("refused", "unavailable", "unprocessed", "other")
CERTAIN = (  # outcomes that nothing but applications for information has
    "partly_granted",
    "unavailable",
    "unavailable_not_held",
    "unavailable_needs_making",
    "refused_stability",
    "refused_internal",
    "refused_process",
    "refused_enforcement",
    "refused_inquiry",
    "unprocessed_publication",
)
STEPS = {  # of an application, and the actions that take it
    "new": "in",
    "receive": "in",
    "accept": "in",
    "take": "in",
    "process": "out",
    "finish": "out",
    "answer": "out",
    "carry": "over",
    "carry_in": "over",
    "carry_out": "over",
}
APPLICANTS = {"enterprise": ("company", "persons")}  # 企业 may mean either
UNMISTAKABLE = ("take", "carry_in", "carry_out")  # no other thing is spoken of in these words
DOCUMENT_ACTIONS = {
    "make": (("made",), True),
    "repeal": (("repealed",), True),
    "valid": (("valid",), True),
    "publish": (("published", "made", "valid"), False),
    "": (("made", "valid", "published"), False),
}
MOST_SUMMED = 4  # things in one phrase whose sum a figure may be
COUNTED_DISPUTES = ("receive", "accept", "new", "process")


def subject_of(heads: Sequence[ProseToken], subject: str) -> str:
    """The topic after these words: the last that they name.

    行政复议 leads to review; after it an outcome, 予以公开, leads back to applications.
    """
    topics = of_kind(heads, "topic")
    if topics:
        return topics[-1].name
    if not subject and heads[-1].name in UNMISTAKABLE:
        return "applications"
    if subject in DISPUTES and has_kind(heads, "outcome"):
        return "applications"
    return subject


def meant(phrase: Phrase, apart: bool) -> list[Meaning]:
    """What the figure behind these words counts; ``apart`` where each of them has a figure.

    收到、受理 is one meaning, 行政复议、行政诉讼 their sum. Empty where nothing is known.
    """
    found = readings(phrase)
    if apart:
        return found
    return [summed(found)] if 0 < len(found) <= MOST_SUMMED else []


def readings(phrase: Phrase) -> list[Meaning]:
    """What each of the words counts, in the way of the topic that they are on."""
    topics = tied(phrase, "topic") or [phrase.subject]
    topic = topics[-1]
    if is_of_applications(topic, phrase.heads[-1]):
        return of_applications(phrase)
    for family, way in FAMILIES:
        if topic in family:
            return way(phrase, topics)
    return []


def is_of_applications(topic: str, last: ProseToken) -> bool:
    """收到申请5件, 予以公开5件 on whatever topic, and without one 结转下年度5件."""
    if topic == "applications":
        return True
    if last.kind == "outcome":
        return True
    return not topic and last.name in UNMISTAKABLE


def tied(phrase: Phrase, kind: str) -> list[str]:
    """The names of the last words of a kind that 、 or 和 ties together.

    行政复议、行政诉讼 are two topics; of 申请5件，行政诉讼 the last alone is one.
    """
    heads = phrase.heads
    found: list[str] = []
    for number in reversed(range(len(heads))):
        if heads[number].kind != kind:
            continue
        if found and not is_tied_to_next(phrase, number):
            break
        found.append(heads[number].name)
    return found[::-1]


def is_tied_to_next(phrase: Phrase, number: int) -> bool:
    """Whether 、 or 和 ties a word to another of its kind: 行政复议 in 行政复议、行政诉讼."""
    heads = phrase.heads
    return phrase.joined[number] and heads[number + 1].kind == heads[number].kind


def summed(meanings: Sequence[Meaning]) -> Meaning:
    """One figure for several words: their sum, each in any of its readings.

    予以公开和部分公开 is the sum of two rows; 收到和接收 is one thing in two words.
    """
    different: dict[Picks, Meaning] = {}
    for meaning in meanings:
        different[meaning.picks[0]] = meaning
    first, *others = different.values()
    for other in others:
        picks: list[Picks] = []
        for one, another in product(first.picks, other.picks):
            picks.append(one + another)
        first = first._replace(picks=tuple(picks), sure=first.sure and other.sure)
    return first


# --- applications (表三) --------------------------------------------------------------------------


def of_applications(phrase: Phrase) -> list[Meaning]:
    """予以公开、不予公开, 自然人, 收到 or a bare 申请: the first of these that the words name."""
    phrase = without_group(with_granted(phrase))
    heads = phrase.heads
    named = phrase.subject == "applications" or has_name(heads, "applications")
    if not named and phrase.subject not in ("", *DISPUTES):
        return []
    if has_kind(heads, "outcome"):
        return outcome_meanings(phrase, named)
    if does_other(heads):
        return []
    if has_kind(heads, "applicant"):
        return applicant_meanings(phrase)
    if has_kind(heads, "action"):
        return action_meanings(phrase, named)
    return [BARE] if heads[-1].kind == "topic" else []


def does_other(heads: Sequence[ProseToken]) -> bool:
    """Whether an action is none on applications: these are received, not 制发."""
    return not names_of(of_kind(heads, "action")) <= ACTIONS.keys()


def without_group(phrase: Phrase) -> Phrase:
    """重复申请不予处理1件 counts 重复申请: a group behind one of its own rows says nothing more."""
    heads, joined = phrase.heads, phrase.joined
    outcomes = of_kind(heads, "outcome")
    if len(outcomes) < 2:
        return phrase
    row, group = outcomes[-2:]
    is_within = row.name.startswith(f"{group.name}_")
    if group.name not in GROUPS or not is_within:
        return phrase
    last = len(heads) - 1 - heads[::-1].index(group)
    return phrase._replace(
        heads=[*heads[:last], *heads[last + 1 :]],
        joined=[*joined[: last - 1], *joined[last:]],
    )


def with_granted(phrase: Phrase) -> Phrase:
    """公开或部分公开88件: 公开 that is tied to an outcome is one itself."""
    heads = list(phrase.heads)
    for number, tied_to_next in enumerate(phrase.joined):
        head = heads[number]
        if not tied_to_next or head.name != "publish":
            continue
        if heads[number + 1].kind == "outcome":
            heads[number] = head._replace(kind="outcome", name="granted")
    return phrase._replace(heads=heads)


def is_twofold(heads: Sequence[ProseToken], actions: Sequence[str]) -> bool:
    """上年结转办结8件: two steps in one, neither of which is counted for itself."""
    if len(actions) != 1:
        return False
    steps = {STEPS[name] for name in names_of(heads) & STEPS.keys()}
    return len(steps) > 1


def outcome_meanings(phrase: Phrase, named: bool) -> list[Meaning]:
    """予以公开自然人134件: each row in each column."""
    found: list[Meaning] = []
    columns = tied(phrase, "applicant") or ["total"]
    for outcome, column in product(tied(phrase, "outcome"), columns):
        found.append(outcome_meaning(outcome, column, named))
    return found


def outcome_meaning(outcome: str, column: str, named: bool) -> Meaning:
    return Meaning(
        "narrative.group" if outcome in GROUPS else "narrative.outcome",
        ((row_pick(outcome, column),),),
        "outcomes",
        needs_context=not named and outcome not in CERTAIN,
    )


def action_meanings(phrase: Phrase, named: bool) -> list[Meaning]:
    """收到5件, 办结5件; where 申请 is not named the text must be about it."""
    actions = tied(phrase, "action")
    if is_twofold(phrase.heads, actions):
        named = False
    found: list[Meaning] = []
    for action in actions:
        rule, picks, sure = ACTIONS[action]
        carried = rule == "narrative.carried"
        found.append(Meaning(rule, picks, "applications", sure, not named, carried))
    return found


def applicant_meanings(phrase: Phrase) -> list[Meaning]:
    """A split by applicants of the rows that the words name, or that were spoken of last.

    收到自然人申请5件 is of what came in; 自然人5件 alone may be of what was handled.
    """
    rows, actions = phrase.rows, tied(phrase, "action")
    if actions:
        _, rows, _ = ACTIONS[actions[-1]]
    found: list[Meaning] = []
    for applicant in tied(phrase, "applicant"):
        picks = in_columns(APPLICANTS.get(applicant, (applicant,)), (*rows, *WORKED_ON))
        found.append(Meaning("narrative.applicants", picks, "applications", sure=bool(rows)))
    return found


def in_columns(columns: Sequence[str], rows: Sequence[Picks]) -> tuple[Picks, ...]:
    """Each row, named once, in each of the columns."""
    found: list[Picks] = []
    for column, row in product(columns, dict.fromkeys(rows)):
        found.append(tuple(pick._replace(column=column) for pick in row))
    return tuple(found)


# --- disputes (表四) ------------------------------------------------------------------------------


def of_disputes(phrase: Phrase, topics: Sequence[str]) -> list[Meaning]:
    """行政复议5件, 结果维持3件: the column of a verdict, or the total."""
    verdicts = tied(phrase, "verdict")
    if not verdicts and not counts_disputes(phrase.heads):
        return []
    found: list[Meaning] = []
    for topic, column in product(topics, verdicts or ["total"]):
        found.append(dispute_meaning(topic, column))
    return found


def counts_disputes(heads: Sequence[ProseToken]) -> bool:
    """收到行政复议5件, not 答复行政复议5件 and not 5件 alone."""
    if not has_kind(heads, "topic"):
        return False
    if heads[-1].kind not in ("topic", "action"):
        return False
    actions = of_kind(heads, "action")
    if not actions:
        return True
    return actions[-1].name in COUNTED_DISPUTES


def dispute_meaning(topic: str, column: str) -> Meaning:
    return Meaning(
        "narrative.review" if topic == "review" else "narrative.litigation",
        ((Pick("disputes", topic, column),),),
        "disputes",
        needs_context=True,
        needs_channel=False,
    )


# --- documents, decisions, fees (表二) ------------------------------------------------------------


def of_documents(phrase: Phrase, topics: Sequence[str]) -> list[Meaning]:
    """制发规章1件, 废止规范性文件97件; 规章1件 may be made, valid or published."""
    if phrase.heads[-1].kind not in ("topic", "action"):
        return []
    found: list[Meaning] = []
    for topic, action in product(topics, tied(phrase, "action") or [""]):
        if action not in DOCUMENT_ACTIONS:
            return []
        found.append(document_meaning(topic, action))
    return found


def document_meaning(topic: str, action: str) -> Meaning:
    columns, sure = DOCUMENT_ACTIONS[action]
    picks = tuple((Pick("disclosure", topic, column),) for column in columns)
    return Meaning("narrative.documents", picks, "documents", sure, needs_channel=False)


def of_decisions(phrase: Phrase, topics: Sequence[str]) -> list[Meaning]:
    """作出行政许可决定247件; 行政许可247件 may count items or pages published.

    Together with other things, 规章和行政许可决定5件, nothing is known.
    """
    found: list[Meaning] = []
    for topic in topics:
        if topic not in DECISIONS:
            return []
        row, told = DECISIONS[topic]
        picks = ((Pick("disclosure", row, "decisions"),),)
        sure = counts_decisions(phrase.heads, told)
        found.append(Meaning("narrative.decisions", picks, "decisions", sure))
    return found


def counts_decisions(heads: Sequence[ProseToken], told: bool) -> bool:
    """Whether it is decisions that are counted: 作出, 办理 or a topic that says so; never 公开."""
    names = names_of(heads)
    if "publish" in names:
        return False
    return told or "decide" in names or "process" in names


def of_money(phrase: Phrase, topics: Sequence[str]) -> list[Meaning]:
    """行政事业性收费335.4万元."""
    picks = ((Pick("disclosure", topics[-1], "amount"),),)
    return [Meaning("narrative.fees", picks, "元", needs_channel=False)]


TopicWay = Callable[[Phrase, Sequence[str]], list[Meaning]]
FAMILIES: tuple[tuple[Container[str], TopicWay], ...] = (
    (DISPUTES, of_disputes),
    (DOCUMENTS, of_documents),
    (DECISIONS, of_decisions),
    (MONEY, of_money),
)
