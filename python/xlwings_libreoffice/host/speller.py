"""Formulas into cells and out of them, by LibreOffice's own parser where they are not plain.

The parser costs two calls a formula, a plain one (``spelling.py``) none, or one for a whole block.
"""

from __future__ import annotations

from typing import Any

import uno

from .spelling import is_error, to_excel, to_office, with_calls

EXCEL_A1 = 3  # com.sun.star.sheet.AddressConvention.XL_A1
EXCEL_ENGLISH = 4  # com.sun.star.sheet.FormulaLanguage.XL_ENGLISH
EVERY_FUNCTION = 0x7FFFFFFF


class Speller:
    """The formulas of a document."""

    def __init__(self, document: Any) -> None:
        self.document, self.made = document, None

    @property
    def parser(self) -> Any:
        if self.made is None:
            mapper = self.document.createInstance("com.sun.star.sheet.FormulaOpCodeMapper")
            parser = self.document.createInstance("com.sun.star.sheet.FormulaParser")
            parser.CompileEnglish, parser.FormulaConvention = True, EXCEL_A1
            parser.OpCodeMap = mapper.getAvailableMappings(EXCEL_ENGLISH, EVERY_FUNCTION)
            self.made = parser
        return self.made

    def enter(self, cell: Any, formula: str) -> None:
        """A formula of Excel's into a cell."""
        plain = formula if is_error(formula) else to_office(formula)
        if plain is not None:
            cell.setFormula(plain)
            return
        text = with_calls(formula[1:])
        cell.setTokens(self.parser.parseFormula(text, cell.CellAddress))

    def plain_rows(
        self, formulas: dict[tuple[int, int], str], height: int, width: int
    ) -> tuple[tuple[str, ...], ...] | None:
        """Formulas that fill a block, for one call; None where one of them is not plain."""
        rows = []
        for row in range(1, height + 1):
            texts = [to_office(formulas[row, column]) for column in range(1, width + 1)]
            if None in texts:
                return None
            rows.append(tuple(map(str, texts)))
        return tuple(rows)

    def read(self, cells: Any, spot: tuple[int, int], formula: str) -> str:
        """The formula of a cell of some, which LibreOffice spells ``formula``, as Excel does."""
        plain = formula if is_error(formula) else to_excel(formula)
        if plain is not None:
            return plain
        cell = cells.getCellByPosition(spot[1] - 1, spot[0] - 1)
        return "=" + str(self.parser.printFormula(cell.getTokens(), cell.CellAddress))

    def printed(self, tokens: Any, content: str) -> str:
        """What a name stands for, without =."""
        plain = to_excel("=" + content)
        if plain is not None:
            return plain[1:]
        return str(self.parser.printFormula(tokens, origin()))

    def content(self, formula: str) -> str:
        """The content of a name, as LibreOffice wants it."""
        formula = formula if formula.startswith("=") else f"={formula}"
        plain = to_office(formula)
        if plain is not None:
            return plain[1:]
        printer = self.document.createInstance("com.sun.star.sheet.FormulaParser")
        printer.CompileEnglish = True
        return str(printer.printFormula(self.parser.parseFormula(formula[1:], origin()), origin()))


def origin() -> Any:
    return uno.createUnoStruct("com.sun.star.table.CellAddress", 0, 0, 0)
