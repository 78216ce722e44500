"""A formula of a clerk's own over the sheets of a report -> the number or text that it shows, or
UNKNOWN for whatever is not certain.

=D7+5, =SUM(D5:D6), ="共"&ROUND(表二!B5,0)&"件": arithmetic, texts behind each other, a handful of
functions, and cells of the sheets that were read. All else (another workbook, a name, VLOOKUP, a
cell that looks at itself, a text in a sum) is not certain: nothing is said of it here, and whoever
publishes says that a stored result was taken. Sentences and documents in force have a shape of
their own (``sentences``).
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal
from typing import TYPE_CHECKING, NamedTuple

from gongkai.model import Box
from gongkai.spreadsheets import ERRORS, Sheet, Spot, formats, seen, xlsx
from gongkai.workbook import layout
from gongkai.workbook.live import foreign, results

if TYPE_CHECKING:
    from openpyxl.formula.tokenizer import Token

DEEPEST = 20  # brackets within brackets, formulas that look at formulas
MOST_LOOKED_AT = 1_000_000  # cells, and characters of formulas, of a workbook
MOST_PLACES = 15  # of a number that is rounded
LONGEST = 32_767  # characters of a cell
# Operators by how closely they bind, the loosest first.
BINDING = (("=", "<>", "<", ">", "<=", ">="), ("&",), ("+", "-"), ("*", "/"))
ARITHMETIC: Mapping[str, Callable[[Decimal, Decimal], Decimal]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": operator.truediv,
}
ORDER: Mapping[str, Callable[[Decimal, Decimal], bool]] = {
    "<": operator.lt,
    ">": operator.gt,
    "<=": operator.le,
    ">=": operator.ge,
}


class CellArea(NamedTuple):
    """What stands in a cell that a formula names, or in the cells of an area."""

    cells: Sequence[results.CellValue]
    is_one: bool


Operand = results.CellValue | CellArea
Term = Callable[[], Operand]  # calculated only once somebody asks: of IF one branch


class NotCertain(Exception):
    """What a formula shows cannot be told."""


@dataclass
class Computing:
    """The sheets of a workbook while their formulas are calculated, each once."""

    sheets: Mapping[str, Sheet]
    found: dict[tuple[str, Spot], results.CellValue] = field(default_factory=dict)
    open: list[tuple[str, Spot]] = field(default_factory=list)
    left: int = MOST_LOOKED_AT

    def result(self, name: str, spot: Spot) -> results.CellValue:
        """What the formula of a cell shows; UNKNOWN."""
        place = name, spot
        if place in self.open or len(self.open) >= DEEPEST:
            return results.UNKNOWN
        if place not in self.found:
            self.open.append(place)
            try:
                self.found[place] = self.calculated(name, spot)
            finally:
                self.open.pop()
        return self.found[place]

    def calculated(self, name: str, spot: Spot) -> results.CellValue:
        text = formula_of(self.sheets[name], spot)
        self.left -= len(text)
        tokens = foreign.tokens_of(text) if text and self.left > 0 else None
        if tokens is None:
            return results.UNKNOWN
        try:
            return settled(single(Formula(self, name, tokens).whole()()))
        except (NotCertain, ArithmeticError, RecursionError):
            return results.UNKNOWN

    def held(self, name: str, spot: Spot) -> results.CellValue:
        """What a formula finds in a cell. Raises NotCertain."""
        sheet = self.sheets[name]
        table = layout.tables_by_name().get(name)
        if table is not None and spot[1] in table.hidden_columns:
            raise NotCertain  # ours, and not all of them are read
        if spot in sheet.formulas:
            return certain(self.result(name, spot))
        if spot in sheet.dropped or sheet.kinds.get(spot) in formats.PARTS:
            raise NotCertain
        return plain(sheet.cells.get(spot))

    def area(self, name: str, text: str) -> CellArea:
        """One cell, or the cells of an area in which something stands. Raises NotCertain."""
        found = foreign.named_area(name, text)
        if found is None or found[0] not in self.sheets:
            raise NotCertain
        sheet, box = found
        if box.width * box.height == 1:
            return CellArea([self.held(sheet, (box.top, box.left))], True)
        return CellArea([self.held(sheet, spot) for spot in self.spots_in(sheet, box)], False)

    def spots_in(self, name: str, box: Box) -> Iterator[Spot]:
        sheet = self.sheets[name]
        spots = sheet.cells.keys() | sheet.formulas.keys()
        self.left -= min(len(spots), box.width * box.height)
        if self.left < 0:
            raise NotCertain
        yield from seen.within((box.top, box.left, box.bottom, box.right), spots)


def plain(value: object) -> results.CellValue:
    """A stored value as formulas find it; of a day, and of an error, nothing is certain."""
    number = formats.as_figure(value)
    if number is not None or value is None:
        return number
    if not isinstance(value, str) or value in ERRORS:
        raise NotCertain
    return value


def formula_of(sheet: Sheet, spot: Spot) -> str:
    """The formula of a cell, one that it shares with others too."""
    return xlsx.formula_at(spot, sheet.shared.get(spot, (sheet.formulas[spot], spot)))


class Formula:
    """The tokens of a formula on a sheet, read from left to right."""

    def __init__(self, book: Computing, sheet: str, tokens: Sequence[Token]) -> None:
        self.book, self.sheet = book, sheet
        self.tokens = [token for token in tokens if token.type != "WHITE-SPACE"]
        self.at = self.depth = 0

    def whole(self) -> Term:
        term = self.term(0)
        if self.at < len(self.tokens):
            raise NotCertain
        return term

    def next_is(self, kind: str, *values: str) -> bool:
        """Whether the next token is such a one; it is taken then."""
        if self.at >= len(self.tokens) or self.tokens[self.at].type != kind:
            return False
        if values and self.tokens[self.at].value not in values:
            return False
        self.at += 1
        return True

    def taken(self) -> str:
        return str(self.tokens[self.at - 1].value)

    def term(self, level: int) -> Term:
        """Operands with operators that bind at least as closely as those of a level."""
        if level == len(BINDING):
            return self.signed()
        term = self.term(level + 1)
        while self.next_is("OPERATOR-INFIX", *BINDING[level]):
            term = applied(self.taken(), term, self.term(level + 1))
        return term

    def signed(self) -> Term:
        """-5, 5%."""
        sign = 1
        while self.next_is("OPERATOR-PREFIX", "-", "+"):
            sign = -sign if self.taken() == "-" else sign
        term = self.operand()
        share = 1
        while self.next_is("OPERATOR-POSTFIX", "%"):
            share *= 100
        if (sign, share) == (1, 1):
            return term
        return lambda: number_in(term()) * sign / share

    def operand(self) -> Term:
        if self.at >= len(self.tokens):
            raise NotCertain
        self.depth += 1
        if self.depth > DEEPEST:
            raise NotCertain
        token = self.tokens[self.at]
        self.at += 1
        term = self.operand_of(token)
        self.depth -= 1
        return term

    def operand_of(self, token: Token) -> Term:
        if token.type == "PAREN" and token.subtype == "OPEN":
            term = self.term(0)
            if not self.next_is("PAREN", ")"):
                raise NotCertain
            return term
        if token.type == "FUNC" and token.subtype == "OPEN":
            return self.function(token.value.upper())
        if foreign.is_reference(token):
            return lambda: self.book.area(self.sheet, token.value)
        return constant(token)

    def function(self, name: str) -> Term:
        """What stands behind ``SUM(``, to its closing bracket."""
        arguments: list[Term] = []
        if not self.next_is("FUNC", ")"):
            arguments.append(self.term(0))
            while self.next_is("SEP", ","):
                arguments.append(self.term(0))
            if not self.next_is("FUNC", ")"):
                raise NotCertain
        if name not in FUNCTIONS:
            raise NotCertain
        return lambda: FUNCTIONS[name](arguments)


def constant(token: Token) -> Term:
    value: results.CellValue
    if token.subtype == "NUMBER":
        value = Decimal(token.value)
    elif token.subtype == "TEXT":
        value = token.value[1:-1].replace('""', '"')
    else:
        raise NotCertain
    return lambda: value


# --- what operators and functions make ------------------------------------------------------------


def applied(sign: str, first: Term, second: Term) -> Term:
    if sign == "&":
        return lambda: joined([first(), second()])
    if sign in ARITHMETIC:
        return lambda: ARITHMETIC[sign](number_in(first()), number_in(second()))
    if sign in ORDER:
        return lambda: ORDER[sign](number_in(first()), number_in(second()))
    return lambda: are_equal(first(), second()) == (sign == "=")


def certain(value: results.CellValue) -> results.CellValue:
    if value is results.UNKNOWN:
        raise NotCertain
    return value


def single(value: Operand) -> results.CellValue:
    """Of an area no cell stands for all."""
    if not isinstance(value, CellArea):
        return certain(value)
    if not value.is_one:
        raise NotCertain
    return value.cells[0]


def settled(value: results.CellValue) -> results.CellValue:
    """A result as a cell keeps it: an exact figure, 0 for a blank cell that is looked at."""
    if value is None:
        return 0
    if isinstance(value, Decimal):
        figure = formats.as_figure(value)
        return results.UNKNOWN if figure is None else figure
    return results.UNKNOWN if isinstance(value, str) and len(value) > LONGEST else value


def number_in(value: Operand) -> Decimal:
    """0 of a blank; which texts are numbers to a program is not certain."""
    held = single(value)
    if held is None:
        return Decimal(0)
    if not results.is_number(held):
        raise NotCertain
    return Decimal(held)


def joined(values: Sequence[Operand]) -> str:
    """共 and 12 -> 共12."""
    parts: list[str] = []
    for value in values:
        held = single(value)
        if isinstance(held, bool):
            raise NotCertain
        parts.append("" if held is None else results.text_shown(certain(settled(held))))
    return "".join(parts)


def are_equal(first: Operand, second: Operand) -> bool:
    """A blank is 0 and "" alike; a number is no text."""
    one, other = single(first), single(second)
    if one is None or other is None:
        return all(held in (None, 0, "") for held in (one, other))
    if isinstance(one, str) and isinstance(other, str):
        return one.casefold() == other.casefold()
    return results.is_number(one) and results.is_number(other) and one == other


def numbers_of(arguments: Sequence[Term]) -> list[Decimal]:
    """The numbers: texts and blanks in cells count for nothing, other texts are not certain."""
    found: list[Decimal] = []
    for term in arguments:
        value = term()
        if isinstance(value, CellArea):
            found += map(number_in, filter(results.is_number, value.cells))
        else:
            found.append(number_in(value))
    return found


def total(arguments: Sequence[Term]) -> results.CellValue:
    return sum(numbers_of(arguments), Decimal(0))


def count(arguments: Sequence[Term]) -> results.CellValue:
    return len(numbers_of(arguments))


def rounded(arguments: Sequence[Term]) -> results.CellValue:
    """ROUND(2.5,0) is 3."""
    number, places = map(number_in, (term() for term in exactly(arguments, 2)))
    if abs(places) > MOST_PLACES:
        raise NotCertain
    return number.quantize(Decimal(1).scaleb(-int(places)), ROUND_HALF_UP)


def chosen(arguments: Sequence[Term]) -> results.CellValue:
    asked, then, otherwise = exactly(arguments, 3)
    held = single(asked())
    if not isinstance(held, bool):
        held = number_in(held) != 0
    return single(then() if held else otherwise())


def is_numeric(arguments: Sequence[Term]) -> results.CellValue:
    return results.is_number(single(exactly(arguments, 1)[0]()))


def concatenated(arguments: Sequence[Term]) -> results.CellValue:
    return joined([term() for term in arguments])


def exactly(arguments: Sequence[Term], wanted: int) -> Sequence[Term]:
    if len(arguments) != wanted:
        raise NotCertain
    return arguments


FUNCTIONS: Mapping[str, Callable[[Sequence[Term]], results.CellValue]] = {
    "SUM(": total,
    "COUNT(": count,
    "ROUND(": rounded,
    "IF(": chosen,
    "ISNUMBER(": is_numeric,
    "CONCATENATE(": concatenated,
}
