"""Words that stand together in a clause -> rows and columns of the tables -> cells of the
report.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from itertools import product
from typing import NamedTuple

from gongkai.checks.narrative.tokens import ProseToken
from gongkai.editions import edition_of_year
from gongkai.model import Form, Label, Report
from gongkai.wording import column_label, label_of, row_label

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
    """A place of the tables in words: row and column ids, or the id of a group of rows or of
    columns.
    """

    table: str
    row: str
    column: str


Picks = tuple[Pick, ...]


class Meaning(NamedTuple):
    """What a figure counts: the sum over the first of ``picks``; the others are what the words may
    mean as well.

    ``sure`` is False where the words leave it open; ``needs_context`` that nothing in the words
    says 信息公开; ``carried`` that another year is spoken of rightly; ``needs_channel`` that a
    channel makes it a part.
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


def row_pick(row: str, column: str = "total") -> Pick:
    return Pick("applications", row, column)


NEW, IN, OUT, HANDLED = (row_pick(row) for row in ("new", "carried_in", "carried_out", "handled"))
JUST_NEW: tuple[Picks, ...] = ((NEW,),)  # 收到 may be more, and 其中新收15件 is no repetition of it
CARRIED: tuple[Picks, ...] = ((IN,), (OUT,))
# What an action on applications says, and what else it may say; in the order of likelihood.
ACTIONS: dict[str, tuple[str, tuple[Picks, ...], bool]] = {
    "new": ("narrative.received", ((NEW,),), True),
    "receive": ("narrative.received", ((NEW,), (NEW, IN)), True),
    "accept": ("narrative.received", ((NEW,), (NEW, IN)), True),
    "take": ("narrative.received", ((NEW, IN),), True),
    "process": ("narrative.received", ((NEW,), (NEW, IN), (HANDLED,)), False),
    "finish": ("narrative.handled", ((HANDLED,),), True),
    "answer": ("narrative.handled", ((HANDLED,),), False),
    "carry": ("narrative.carried", ((OUT,), (IN,)), False),
    "carry_in": ("narrative.carried", ((IN,),), True),
    "carry_out": ("narrative.carried", ((OUT,),), True),
}
GROUPS = ("refused", "unavailable", "unprocessed", "other")
CERTAIN = (  # outcomes that nothing but applications for information has
    *(
        "partly_granted",
        "unavailable",
        "unavailable_not_held",
        "unavailable_needs_making",
        "refused_stability",
    ),
    *(
        "refused_internal",
        "refused_process",
        "refused_enforcement",
        "refused_inquiry",
        "unprocessed_publication",
    ),
)
STEPS = {
    "in": ("new", "receive", "accept", "take"),
    "out": ("process", "finish", "answer"),
    "over": ("carry", "carry_in", "carry_out"),
}
UNMISTAKABLE = ("take", "carry_in", "carry_out")  # no other thing is spoken of in these words
DOCUMENT_ACTIONS = {
    "make": (("made",), True),
    "repeal": (("repealed",), True),
    "valid": (("valid",), True),
    "publish": (("published", "made", "valid"), False),
    "": (("made", "valid", "published"), False),
}
MOST_SUMMED = 4
COUNTED_DISPUTES = ("", "receive", "accept", "new", "process")


def subject_of(heads: Sequence[ProseToken], subject: str) -> str:
    """The topic after these words: the last that they name; after disputes outcomes lead back to
    applications.
    """
    topics = [head.name for head in heads if head.kind == "topic"]
    if topics:
        return topics[-1]
    if not subject and heads[-1].name in UNMISTAKABLE:
        return "applications"
    spoken = any(head.kind == "outcome" for head in heads)
    return "applications" if spoken and subject in DISPUTES else subject


def meant(
    heads: Sequence[ProseToken],
    joined: Sequence[bool],
    subject: str,
    rows: tuple[Picks, ...],
    many: int,
) -> list[Meaning]:
    """What the figure behind these words counts; with ``many`` what each of so many figures counts
    (True: of all).

    ``joined`` tells of each word but the first whether 、 or 和 ties it to the one before;
    ``subject`` is the topic so far and ``rows`` the rows of 表三 spoken of last. Empty where
    nothing is known.
    """
    topics = tied(heads, joined, "topic") or ([subject] if subject else [])
    topic = topics[-1] if topics else ""
    if (
        topic == "applications"
        or heads[-1].kind == "outcome"
        or (not topic and heads[-1].name in UNMISTAKABLE)
    ):
        found = of_applications(heads, joined, subject, rows)
    elif topic in DISPUTES:
        found = of_disputes(heads, joined, topics)
    elif topic in DOCUMENTS:
        found = of_documents(heads, joined, topics)
    elif topic in DECISIONS:
        found = [decisions_meaning(each, heads) for each in topics]
    elif topic in MONEY:
        found = [
            Meaning(
                "narrative.fees",
                ((Pick("disclosure", topic, "amount"),),),
                "元",
                needs_channel=False,
            )
        ]
    else:
        found = []
    if many > 1 or many is True:
        return found
    return [summed(found)] if 0 < len(found) <= MOST_SUMMED else []


def tied(heads: Sequence[ProseToken], joined: Sequence[bool], kind: str) -> list[str]:
    """The names of the last words of a kind that 、 or 和 ties together."""
    places = [number for number, head in enumerate(heads) if head.kind == kind]
    found: list[str] = []
    for number in reversed(places):
        if found and not (joined[number] and heads[number + 1].kind == kind):
            break
        found.insert(0, heads[number].name)
    return found


def summed(meanings: Sequence[Meaning]) -> Meaning:
    """One figure for several words: their sum, each in any of its readings; 收到和处理 is one thing
    in two words.
    """
    meanings = list({meaning.picks[0]: meaning for meaning in meanings}.values())
    if len(meanings) == 1:
        return meanings[0]
    picks = tuple(sum(choice, ()) for choice in product(*(meaning.picks for meaning in meanings)))
    return meanings[0]._replace(picks=picks, sure=all(meaning.sure for meaning in meanings))


def of_applications(
    heads: Sequence[ProseToken], joined: Sequence[bool], subject: str, rows: tuple[Picks, ...]
) -> list[Meaning]:
    heads, joined = without_groups(with_granted(heads, joined), joined)
    outcomes, applicants, actions = (
        tied(heads, joined, kind) for kind in ("outcome", "applicant", "action")
    )
    named = subject == "applications" or any(head.name == "applications" for head in heads)
    if subject not in ("", "applications", *DISPUTES) and not named:
        return []
    if outcomes:
        columns = applicants or ["total"]
        return [
            outcome_meaning(outcome, column, named) for outcome in outcomes for column in columns
        ]
    if any(head.kind == "action" and head.name not in ACTIONS for head in heads):
        return []
    if applicants:
        first = ACTIONS[actions[-1]][1] if actions else rows
        return [applicant_meaning(applicant, first) for applicant in applicants]
    if actions:
        return [
            action_meaning(action, named and not is_twofold(heads, actions)) for action in actions
        ]
    bare = Meaning("narrative.received", ((NEW,), (NEW, IN)), "applications", False)
    return [bare] if heads[-1].kind == "topic" else []


def without_groups(
    heads: Sequence[ProseToken], joined: Sequence[bool]
) -> tuple[Sequence[ProseToken], Sequence[bool]]:
    """重复申请不予处理1件 counts 重复申请: a group behind one of its own rows says nothing more."""
    rows = [head.name for head in heads if head.kind == "outcome"]
    if len(rows) < 2 or rows[-1] not in GROUPS or not rows[-2].startswith(f"{rows[-1]}_"):
        return heads, joined
    last = max(number for number, head in enumerate(heads) if head.kind == "outcome")
    return [*heads[:last], *heads[last + 1 :]], [*joined[: last - 1], *joined[last:]]


def is_twofold(heads: Sequence[ProseToken], actions: Sequence[str]) -> bool:
    """上年结转办结8件: two steps in one, neither of which is counted for itself."""
    return (
        len({step for head in heads for step, names in STEPS.items() if head.name in names}) > 1
        and len(actions) == 1
    )


def with_granted(heads: Sequence[ProseToken], joined: Sequence[bool]) -> list[ProseToken]:
    """公开或部分公开88件: 公开 that is tied to an outcome is one itself."""
    found = list(heads)
    for number in range(len(heads) - 1):
        if (
            heads[number].name == "publish"
            and joined[number]
            and heads[number + 1].kind == "outcome"
        ):
            found[number] = heads[number]._replace(kind="outcome", name="granted")
    return found


def outcome_meaning(outcome: str, column: str, named: bool) -> Meaning:
    rule = "narrative.group" if outcome in GROUPS else "narrative.outcome"
    return Meaning(
        rule,
        ((row_pick(outcome, column),),),
        "outcomes",
        needs_context=not named and outcome not in CERTAIN,
    )


def action_meaning(action: str, named: bool) -> Meaning:
    rule, picks, sure = ACTIONS[action]
    return Meaning(rule, picks, "applications", sure, not named, rule == "narrative.carried")


def applicant_meaning(applicant: str, rows: tuple[Picks, ...]) -> Meaning:
    """A split by applicants of the rows that the words name; of what came in, where they name
    none.
    """
    usual: tuple[Picks, ...] = ((NEW,), (NEW, IN), (HANDLED,))
    picks = dict.fromkeys((*rows, *usual))
    ids = ("company", "persons") if applicant == "enterprise" else (applicant,)
    columns = tuple(
        tuple(pick._replace(column=each) for pick in row) for each in ids for row in picks
    )
    return Meaning("narrative.applicants", columns, "applications", bool(rows))


def of_disputes(
    heads: Sequence[ProseToken], joined: Sequence[bool], topics: Sequence[str]
) -> list[Meaning]:
    verdicts = tied(heads, joined, "verdict")
    named = any(head.kind == "topic" for head in heads)
    actions = [head.name for head in heads if head.kind == "action"] or [""]
    if not verdicts and (
        not named
        or actions[-1] not in COUNTED_DISPUTES
        or heads[-1].kind not in ("topic", "action")
    ):
        return []
    columns = verdicts or ["total"]
    return [
        Meaning(
            "narrative.review" if topic == "review" else "narrative.litigation",
            ((Pick("disputes", topic, column),),),
            "disputes",
            needs_context=True,
            needs_channel=False,
        )
        for topic in topics
        for column in columns
    ]


def of_documents(
    heads: Sequence[ProseToken], joined: Sequence[bool], topics: Sequence[str]
) -> list[Meaning]:
    actions = tied(heads, joined, "action") or [""]
    if any(action not in DOCUMENT_ACTIONS for action in actions) or heads[-1].kind not in (
        "topic",
        "action",
    ):
        return []
    found = []
    for topic in topics:
        for action in actions:
            columns, sure = DOCUMENT_ACTIONS[action]
            picks = tuple((Pick("disclosure", topic, column),) for column in columns)
            found.append(
                Meaning("narrative.documents", picks, "documents", sure, needs_channel=False)
            )
    return found


def decisions_meaning(topic: str, heads: Sequence[ProseToken]) -> Meaning:
    """行政许可247件 may count items or pages published; with a verb or as 行政许可决定 it counts
    decisions.
    """
    row, sure = DECISIONS[topic]
    actions = {head.name for head in heads if head.kind == "action"}
    sure = (sure or not actions.isdisjoint(("decide", "process"))) and "publish" not in actions
    return Meaning(
        "narrative.decisions", ((Pick("disclosure", row, "decisions"),),), "decisions", sure
    )


# --- quantities -----------------------------------------------------------------------------------
# Rows and columns in words -> cells of the report's own layouts, and their names.

PERSONS = "法人或其他组织"


class Quantity(NamedTuple):
    """A sum over cells of the tables that prose speaks of; ``others`` are sums that its words may
    mean as well.

    ``name`` is stable (applications.refused.total); ``cells`` is empty for what the tables have no
    cell for. ``unit`` is that of the figure, 件 or 万元.
    """

    name: str
    label: str
    cells: tuple[str, ...]
    others: tuple[tuple[str, ...], ...] = ()
    unit: str = "件"


Layouts = tuple[Form, ...]


def layouts_of(report: Report) -> Layouts:
    """The form of each table, in the official order: its own, else that of the report's year."""
    force = edition_of_year(report.year)
    return tuple(
        report.tables[name].form if name in report.tables else form
        for name, form in force.forms.items()
    )


@lru_cache(maxsize=4096)
def quantity_of(choices: tuple[Picks, ...], layouts: Layouts) -> Quantity | None:
    """The first reading that the layouts have cells for, the others beside it; None where they have
    none.

    Cells are in the official order, table by table.
    """
    forms = {form.id: form for form in layouts}
    found = []
    for picks in choices:
        if picks[0].row == "processing_fee":
            return Quantity("processing_fee", "信息处理费", (), unit="万元")
        parts = [cells_of(pick, forms[pick.table]) for pick in picks]
        if all(parts):
            found.append((picks, in_order({cell for cells in parts for cell in cells}, forms)))
    if not found:
        return None
    picks, cells = found[0]
    name = "+".join(".".join(pick) for pick in picks)
    label = "＋".join(pick_label(pick, forms[pick.table]) for pick in picks)
    unit = forms[picks[0].table].cells[cells[0]].column.unit
    return Quantity(name, label, cells, tuple(other for _, other in found[1:]), unit)


def in_order(wanted: set[str], forms: Mapping[str, Form]) -> tuple[str, ...]:
    return tuple(cell for official in forms.values() for cell in official.cells if cell in wanted)


def cells_of(pick: Pick, official: Form) -> tuple[str, ...]:
    """The cells of a row or a group of rows, in a column or in those under 法人或其他组织; in
    official order.
    """
    return tuple(
        cell.id
        for cell in official.cells.values()
        if (cell.row.id == pick.row or any(group.id == pick.row for group in cell.row.groups))
        and (
            cell.column.id == pick.column
            or (pick.column == "persons" and is_person(cell.column.label, official))
        )
    )


def is_person(column: Label, official: Form) -> bool:
    heads = [label for label in official.labels if label.text == PERSONS]
    return any(
        head.box.left <= column.box.left and column.box.right <= head.box.right for head in heads
    )


def pick_label(pick: Pick, official: Form) -> str:
    """表三 （三）不予公开·总计: the official labels."""
    cells = [official.cells[cell] for cell in cells_of(pick, official)]
    if len(cells) == 1:
        return f"{official.number} {label_of(cells[0])}"
    groups = [
        label.text for label in official.labels if label.kind == "group" and label.id == pick.row
    ]
    row = groups[0] if groups else row_label(cells[0].row)
    return (
        f"{official.number} {row}·"
        f"{PERSONS if pick.column == 'persons' else column_label(cells[0].column)}"
    )
