"""What LibreOffice calls: the protocol org.gongkai:, the worksheet functions, a job at events."""

from __future__ import annotations

import unohelper
from com.sun.star.frame import XDispatch, XDispatchProvider
from com.sun.star.lang import XInitialization, XServiceInfo, XServiceName
from com.sun.star.task import XJob
from gongkai_office import commands, formulas, functions
from gongkai_office.texts import TEXTS
from org.gongkai import XFunctions

PROTOCOL = "org.gongkai:"
HANDLER, FUNCTIONS, LOADED = (
    "org.gongkai.Handler",
    "org.gongkai.Functions",
    "org.gongkai.Loaded",
)


class Service(unohelper.Base, XServiceInfo):
    name = ""
    services = ()

    def __init__(self, context, *arguments):
        self.context = context

    def getImplementationName(self):
        return self.name

    def supportsService(self, name):
        return name in self.services

    def getSupportedServiceNames(self):
        return self.services


class Handler(Service, XInitialization, XDispatchProvider, XDispatch):
    name, services = HANDLER, ("com.sun.star.frame.ProtocolHandler",)

    def __init__(self, context, *arguments):
        super().__init__(context)
        self.frame = None

    def initialize(self, arguments):
        self.frame = arguments[0] if arguments else None

    def queryDispatch(self, url, target, flags):
        return self if url.Protocol == PROTOCOL else None

    def queryDispatches(self, requests):
        return tuple(
            self.queryDispatch(one.FeatureURL, one.FrameName, one.SearchFlags) for one in requests
        )

    def dispatch(self, url, arguments):
        tag = url.Path
        if tag in TEXTS["commands"]:
            commands.start(self.context, self.frame, tag)

    def addStatusListener(self, listener, url):
        pass

    def removeStatusListener(self, listener, url):
        pass


class Functions(Service, XFunctions, XServiceName):
    name, services = FUNCTIONS, (FUNCTIONS, "com.sun.star.sheet.AddIn")

    def getServiceName(self):
        return FUNCTIONS

    def gkCheck(self, document, table):
        if table is None:
            return functions.whole_book(self.context, document)
        return self.answer("GK_CHECK", document, table)

    def gkDiff(self, document, table, rule):
        return self.answer("GK_DIFF", document, table, rule)

    def gkFindings(self, document, table):
        return self.answer("GK_FINDINGS", document, table)

    def gkSuspect(self, document, table):
        return self.answer("GK_SUSPECT", document, table)

    def gkRules(self, document, edition):
        return self.answer("GK_RULES", document, edition)

    def gkValue(self, document, url, figure, applicant):
        return self.answer("GK_VALUE", document, url, figure, applicant)

    def gkImport(self, document, url):
        return self.answer("GK_IMPORT", document, url)

    def gkVersion(self, document):
        return self.answer("GK_VERSION", document)

    def answer(self, name, document, *arguments):
        return functions.value_of(self.context, name, document, arguments)


class Loaded(Service, XJob):
    name, services = LOADED, ("com.sun.star.task.Job",)

    def execute(self, arguments):
        facts = {}
        for argument in arguments:
            if argument.Name == "Environment":
                facts = {fact.Name: fact.Value for fact in argument.Value}
        if facts.get("Model") is not None:
            formulas.happened(self.context, facts["EventName"], facts["Model"])


g_ImplementationHelper = unohelper.ImplementationHelper()
for kind in (Handler, Functions, Loaded):
    g_ImplementationHelper.addImplementation(kind, kind.name, kind.services)
