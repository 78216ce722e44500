"""The buttons on the sheets: in Excel's files they name a macro, which LibreOffice would not find.

While a document is open here they run the extension's commands instead. What is saved names the
macros again: the file goes back to Excel.
"""

from __future__ import annotations

import re
from contextlib import contextmanager

import uno
from com.sun.star.form.FormButtonType import PUSH, URL

from .texts import TEXTS

PROTOCOL = "org.gongkai:"
MACRO = re.compile(r"\bGkButtons\.(\w+)\?")


def ours(document):
    """(form, number of the button in it, the command's tag) of each button of ours."""
    for sheet in document.Sheets:
        forms = sheet.DrawPage.Forms
        for form in map(forms.getByIndex, range(forms.Count)):
            for number in range(form.Count):
                tag = tag_of(form, number)
                if tag:
                    yield form, number, tag


def tag_of(form, number):
    """check of a button that names GkButtons.GkCheck, or that runs org.gongkai:check already."""
    button = form.getByIndex(number)
    address = getattr(button, "TargetURL", "")
    if address.startswith(PROTOCOL):
        return address[len(PROTOCOL) :]
    for event in form.getScriptEvents(number):
        found = MACRO.search(event.ScriptCode)
        if found:
            return TEXTS["macros"].get(found[1], "")
    return ""


def run_commands(document):
    """From now on."""
    with unnoticed(document):
        for form, number, tag in list(ours(document)):
            form.revokeScriptEvents(number)
            button = form.getByIndex(number)
            button.ButtonType, button.TargetURL = URL, PROTOCOL + tag


def name_macros(document):
    """For what is saved."""
    macros = {tag: macro for macro, tag in TEXTS["macros"].items()}
    with unnoticed(document):
        for form, number, tag in list(ours(document)):
            button = form.getByIndex(number)
            button.ButtonType, button.TargetURL = PUSH, ""
            form.revokeScriptEvents(number)
            form.registerScriptEvent(number, event_of(macros[tag]))


@contextmanager
def unnoticed(document):
    """Nothing of this can be undone, and the document counts as unchanged."""
    was_modified = document.isModified()
    document.UndoManager.lock()
    try:
        yield
    finally:
        document.UndoManager.unlock()
        document.setModified(was_modified)


def event_of(macro):
    event = uno.createUnoStruct("com.sun.star.script.ScriptEventDescriptor")
    event.ListenerType, event.EventMethod = "XActionListener", "actionPerformed"
    event.ScriptType = "Script"
    event.ScriptCode = (
        f"vnd.sun.star.script:VBAProject.GkButtons.{macro}?language=Basic&location=document"
    )
    return event
