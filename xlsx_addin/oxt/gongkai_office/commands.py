"""A button of the menu -> its command run by gongkai's process: dialogs before it, questions
between its runs, one step to undo.
"""

from __future__ import annotations

from contextlib import suppress
from threading import Lock, Thread, Timer

import uno
import unohelper
from com.sun.star.beans import PropertyValue
from com.sun.star.document import XUndoManagerListener

from .documents import host_of, is_report, token_of
from .pipe import Ended, Refused
from .process import KEEPER, NotRunning, settings_path
from .texts import TEXTS, label, sentence
from .window import Progress, Window, on_main, service

LONGEST_ARGUMENT = 32000  # characters
LONGEST_REASON = 200
SHOWN_AFTER = 1.0  # seconds until a window says that a command runs
NEVER = 0  # com.sun.star.document.MacroExecMode: its macros are Excel's
CHOOSES_FILE = ("import_file", "compare")
GUARD = Lock()
RUNNING = []  # the command that runs, if any


def start(context, frame, tag):
    """Returns at once: the program stays alive while the command runs."""
    Thread(target=begun, args=(context, frame, tag), daemon=True).start()


def begun(context, frame, tag):
    command = Command(context, frame, tag)
    with GUARD:
        others = list(RUNNING)
        if not others and tag != "stop":
            RUNNING.append(command)
    if tag == "stop":
        for other in others:
            other.stop()
    elif others:
        if on_main(context, lambda: command.window.agrees(sentence("busy"))):
            for other in others:
                other.stop()
    else:
        try:
            command.run()
        finally:
            RUNNING.remove(command)


class Given(Exception):
    """Nothing is to be done: the user chose so, or was told why."""


class Undone(unohelper.Base, XUndoManagerListener):
    """Whether the step that was left holds anything to undo."""

    def __init__(self):
        self.holds = False

    def leftContext(self, event):
        self.holds = True

    def nothing(self, event):
        pass

    undoActionAdded = actionUndone = actionRedone = nothing
    allActionsCleared = redoActionsCleared = resetAll = nothing
    enteredContext = enteredHiddenContext = leftHiddenContext = cancelledContext = nothing
    disposing = nothing


class Command:
    def __init__(self, context, frame, tag):
        self.context, self.frame, self.tag = context, frame, tag
        self.window = Window(context, frame)
        self.document = None
        self.progress = None
        self.is_held = self.is_stopped = self.has_more = False

    def main(self, work, *arguments):
        return on_main(self.context, lambda: work(*arguments))

    # --- the course of it -----------------------------------------------------------------------

    def run(self):
        try:
            self.main(self.choose_document)
            argument = self.main(self.chosen_argument)
            outcome = self.worked(argument)
            if outcome["text"]:
                is_done = outcome["kind"] == "done"
                self.main(self.window.tell if is_done else self.window.warn, outcome["text"])
        except Given:
            pass
        except NotRunning as error:
            self.fail(str(error) + (self.facts() if self.tag == "about" else ""))
        except Ended:
            self.fail(sentence("died"))
        except Refused as error:
            self.fail(sentence("python_error") + error.text[:LONGEST_REASON])
        except Exception as error:
            reason = str(error) or type(error).__name__
            self.fail(sentence("python_error") + reason[:LONGEST_REASON])

    def fail(self, text):
        with suppress(Exception):
            self.main(self.window.warn, text)

    def worked(self, argument):
        """The last outcome. Whatever happens, the step to undo is closed and the window is free."""
        gongkai = KEEPER.running(self.context)
        held = self.main(self.hold)
        timer = Timer(SHOWN_AFTER, self.show_progress)
        timer.daemon = True
        timer.start()
        try:
            outcome = self.runs(gongkai, argument)
        except Ended:
            if not self.is_stopped:
                raise
            outcome = None
        finally:
            timer.cancel()
            with suppress(Exception):
                self.main(self.leave, held)
        if outcome is None:
            outcome = {"kind": "done", "text": self.main(self.after_stop, held)}
        return outcome

    def runs(self, gongkai, argument):
        answer = ""
        while not self.is_stopped:
            outcome = gongkai.pipe.ask(
                "command",
                self.tag,
                argument,
                answer,
                token_of(self.document),
                answer=self.primitive,
            )
            answer = self.main(self.answered, outcome)
            if answer is None:
                return outcome if outcome["kind"] in ("done", "error") else {"kind": "", "text": ""}
        raise Ended()

    def answered(self, outcome):
        """What the user says to an outcome; None where the command is over."""
        kind, said = outcome["kind"], outcome["text"]
        if kind == "more":
            self.has_more = True
            if said and self.progress:
                self.progress.tell(said)
            return ""
        asks = {"ask": self.agreed, "save": self.window.save_path, "folder": self.window.folder}
        if kind not in asks:
            return None
        self.free()
        try:
            return asks[kind](said) or None
        finally:
            self.take()

    def agreed(self, question):
        return "yes" if self.window.agrees(question) else ""

    def primitive(self, op, arguments, number):
        if op == "status" and self.progress and arguments[-1]:
            self.main(self.progress.tell, arguments[-1])
        return self.main(self.done, op, arguments, number)

    def done(self, op, arguments, number):
        return host_of(self.context)(op, arguments, number)

    def stop(self):
        """The process is ended: whatever it does then, it does to no document."""
        self.is_stopped = True
        KEEPER.end()

    # --- on the main thread ---------------------------------------------------------------------

    def choose_document(self):
        self.document = self.frame.getController().getModel()
        if not is_report(self.document) and self.tag != "about":
            if not self.window.agrees(sentence("not_report")):
                raise Given()
            self.new_report()
        if self.document.isReadonly():
            self.window.warn(sentence("protected"))
            raise Given()

    def new_report(self):
        template = KEEPER.running(self.context).greeting["template"]
        desktop = service(self.context, "com.sun.star.frame.Desktop")
        how = (
            PropertyValue("AsTemplate", 0, True, 0),
            PropertyValue("MacroExecutionMode", 0, NEVER, 0),
        )
        url = uno.systemPathToFileUrl(template)
        self.document = desktop.loadComponentFromURL(url, "_blank", 0, how)
        if self.document is None:
            self.window.warn(sentence("no_template"))
            raise Given()
        self.frame = self.document.getCurrentController().getFrame()
        self.window = Window(self.context, self.frame)

    def chosen_argument(self):
        argument = ""
        if self.tag == "import_url":
            argument = self.window.url()
        elif self.tag in CHOOSES_FILE:
            argument = self.window.open_path() or None
        if argument is None:
            raise Given()
        if len(argument) > LONGEST_ARGUMENT:
            self.window.warn(sentence("too_long"))
            raise Given()
        return argument

    def hold(self):
        """One step to undo is begun, and the window takes no input."""
        listener = Undone()
        self.document.UndoManager.addUndoManagerListener(listener)
        self.done("begin", [token_of(self.document), label(self.tag)], 0)
        self.take()
        return listener

    def leave(self, listener):
        self.free()
        self.done("end", [token_of(self.document)], 0)
        self.document.UndoManager.removeUndoManagerListener(listener)

    def after_stop(self, listener):
        """Undone, unless a part of several was finished before. What to say."""
        if self.has_more:
            return sentence("stopped")
        if listener.holds and self.document.UndoManager.isUndoPossible():
            self.document.UndoManager.undo()
        return sentence("undone")

    def take(self):
        self.is_held = True
        self.frame.getContainerWindow().setEnable(False)

    def free(self):
        self.is_held = False
        if self.progress:
            self.progress.close()
            self.progress = None
        self.frame.getContainerWindow().setEnable(True)

    def show_progress(self):
        with suppress(Exception):
            self.main(self.shown)

    def shown(self):
        if self.is_held and self.progress is None:
            self.progress = Progress(self.context, self.frame, label(self.tag), self.stop)

    def facts(self):
        """What is known without Python."""
        config = self.context.ServiceManager.createInstanceWithArgumentsAndContext(
            "com.sun.star.configuration.ConfigurationProvider", (), self.context
        )
        where = (PropertyValue("nodepath", 0, "/org.openoffice.Setup/Product", 0),)
        access = config.createInstanceWithArguments(
            "com.sun.star.configuration.ConfigurationAccess", where
        )
        program = access.getByName("ooName") + " " + access.getByName("ooSetupVersion")
        file = settings_path(self.context)
        return "\n\n" + sentence("facts", version=TEXTS["version"], office=program, file=file)
