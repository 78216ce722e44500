"""This machine's Excel, Windows or Mac, or its LibreOffice -> the add-in put in place, taken out
again, its state told.
"""

from __future__ import annotations

from collections.abc import Iterable

from gongkai.addin import libreoffice
from gongkai.addin.installing import install, uninstall
from gongkai.addin.places import here
from gongkai.addin.status import checks_of, examine


def run(action: str, in_libreoffice: bool = False) -> tuple[Iterable[str], bool]:
    """What was done or found on this machine, a line each; for ``status`` whether all is in place,
    else True.

    The lines of ``uninstall`` come as it goes on. Raises GongkaiError.
    """
    if in_libreoffice:
        return run_libreoffice(action)
    places = here()
    if action == "install":
        done = install(places)
        return [*done, *(check.line() for check in checks_of(places) if not check.ok)], True
    if action == "uninstall":
        return uninstall(places), True
    return examine(places)


def run_libreoffice(action: str) -> tuple[Iterable[str], bool]:
    office = libreoffice.here()
    if action == "install":
        return libreoffice.install(office), True
    if action == "uninstall":
        return libreoffice.uninstall(office), True
    return libreoffice.examine(office)
