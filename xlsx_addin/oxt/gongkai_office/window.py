"""The user's window: work done on the program's main thread, messages, questions, files."""

from __future__ import annotations

from queue import SimpleQueue

import uno
import unohelper
from com.sun.star.awt import XActionListener, XCallback
from com.sun.star.awt.MessageBoxType import INFOBOX, QUERYBOX, WARNINGBOX
from com.sun.star.awt.PosSize import POS

from .texts import TEXTS, sentence

YES = 2  # what a message box answers
BUTTONS_OK, BUTTONS_YES_NO = 1, 3
PUSH_OK, PUSH_CANCEL = 1, 2
OPEN_SIMPLE, SAVE_AUTOEXTENSION = 0, 10
CHOSEN = 1


class Callback(unohelper.Base, XCallback):
    def __init__(self, work, done):
        self.work, self.done = work, done

    def notify(self, data):
        try:
            self.done.put((self.work(), None))
        except BaseException as error:
            self.done.put((None, error))


def on_main(context, work):
    """What ``work()`` gives on the main thread, which goes on drawing and listening in between."""
    done = SimpleQueue()
    service(context, "com.sun.star.awt.AsyncCallback").addCallback(Callback(work, done), None)
    value, error = done.get()
    if error is not None:
        raise error
    return value


def service(context, name, *arguments):
    if arguments:
        return context.ServiceManager.createInstanceWithArgumentsAndContext(
            name, arguments, context
        )
    return context.ServiceManager.createInstanceWithContext(name, context)


class Window:
    """The user of a frame. All of this is for the main thread."""

    def __init__(self, context, frame):
        self.context, self.frame = context, frame

    def box(self, kind, buttons, text):
        peer = self.frame.getContainerWindow()
        box = peer.getToolkit().createMessageBox(peer, kind, buttons, sentence("title"), text)
        try:
            return box.execute()
        finally:
            box.dispose()

    def tell(self, text):
        self.box(INFOBOX, BUTTONS_OK, text)

    def warn(self, text):
        self.box(WARNINGBOX, BUTTONS_OK, text)

    def agrees(self, text):
        return self.box(QUERYBOX, BUTTONS_YES_NO, text) == YES

    def url(self):
        """What is typed or pasted, None where it is given up."""
        model = service(self.context, "com.sun.star.awt.UnoControlDialogModel")
        put(model, Width=260, Height=86, Title=sentence("title"))
        ask = TEXTS["url"]
        add(model, "FixedText", "told", (8, 6, 244, 30), Label=ask["supertip"], MultiLine=True)
        add(model, "FixedText", "named", (8, 42, 30, 12), Label=ask["label"])
        add(model, "Edit", "url", (40, 40, 212, 14), MaxTextLen=int(ask["maxLength"]))
        add(model, "Button", "ok", (148, 64, 50, 14), PushButtonType=PUSH_OK, DefaultButton=True)
        add(model, "Button", "cancel", (202, 64, 50, 14), PushButtonType=PUSH_CANCEL)
        dialog = service(self.context, "com.sun.star.awt.UnoControlDialog")
        dialog.setModel(model)
        try:
            peer = self.frame.getContainerWindow()
            dialog.createPeer(peer.getToolkit(), peer)
            put_in_the_middle(dialog, peer)
            dialog.getControl("url").setFocus()
            return model.getByName("url").Text.strip() if dialog.execute() else None
        finally:
            dialog.dispose()

    def open_path(self):
        picker = service(self.context, "com.sun.star.ui.dialogs.FilePicker", OPEN_SIMPLE)
        picker.setTitle(sentence("choose_file"))
        return self.picked(picker, sentence("file_filter"))

    def save_path(self, suggested):
        picker = service(self.context, "com.sun.star.ui.dialogs.FilePicker", SAVE_AUTOEXTENSION)
        picker.setTitle(sentence("save_as"))
        suffix = suggested.rpartition(".")[2]
        folder, _, name = suggested.replace("\\", "/").rpartition("/")
        if folder:
            picker.setDisplayDirectory(uno.systemPathToFileUrl(suggested[: len(folder)]))
        picker.setDefaultName(name)
        return self.picked(picker, sentence(TEXTS["saving"].get(suffix.lower(), "save_any")))

    def picked(self, picker, filters):
        """``filters`` as Excel writes them: name,*.a;*.b,name,*.c."""
        parts = filters.split(",")
        for title, pattern in zip(parts[::2], parts[1::2]):  # noqa: B905
            picker.appendFilter(title, pattern)
        picker.setCurrentFilter(parts[0])
        if picker.execute() != CHOSEN:
            return ""
        return uno.fileUrlToSystemPath(picker.getSelectedFiles()[0])

    def folder(self, prompt):
        picker = service(self.context, "com.sun.star.ui.dialogs.FolderPicker")
        picker.setTitle(prompt)
        picker.setDescription(prompt)
        if picker.execute() != CHOSEN:
            return ""
        return uno.fileUrlToSystemPath(picker.getDirectory())


def put(model, **values):
    for name, value in values.items():
        model.setPropertyValue(name, value)


def add(model, kind, name, place, **values):
    """A control at (x, y, width, height), in a dialog's own units."""
    control = model.createInstance("com.sun.star.awt.UnoControl{}Model".format(kind))  # noqa: UP032
    x, y, width, height = place
    put(control, PositionX=x, PositionY=y, Width=width, Height=height, **values)
    model.insertByName(name, control)


def put_in_the_middle(dialog, parent):
    """Of the document's window, and somewhat above, where message boxes are."""
    own, whole = dialog.getPosSize(), parent.getPosSize()
    x, y = (whole.Width - own.Width) // 2, (whole.Height - own.Height) // 3
    dialog.setPosSize(max(x, 0), max(y, 0), 0, 0, POS)


class Progress(unohelper.Base, XActionListener):
    """A small window over the document's, which takes no input meanwhile: what runs, and a button
    that ends it.
    """

    def __init__(self, context, frame, title, stop):
        self.stop = stop
        self.parent = frame.getContainerWindow()
        model = service(context, "com.sun.star.awt.UnoControlDialogModel")
        put(model, Width=200, Height=60, Title=title, Closeable=False, Moveable=True)
        add(model, "FixedText", "told", (8, 8, 184, 22), Label=sentence("running"), MultiLine=True)
        add(model, "Button", "stop", (75, 38, 50, 14), Label=sentence("stop"))
        self.dialog = service(context, "com.sun.star.awt.UnoControlDialog")
        self.dialog.setModel(model)
        self.dialog.setVisible(False)
        self.dialog.createPeer(self.parent.getToolkit(), self.parent)
        put_in_the_middle(self.dialog, self.parent)
        self.dialog.getControl("stop").addActionListener(self)
        self.dialog.setVisible(True)

    def actionPerformed(self, event):
        self.stop()

    def tell(self, text):
        self.dialog.getModel().getByName("told").Label = text

    def close(self):
        self.dialog.dispose()

    def disposing(self, source):
        pass
