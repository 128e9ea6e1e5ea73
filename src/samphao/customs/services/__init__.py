"""Writes of customs: importers and permits, offices and rules, declarations, decisions, entry."""

from samphao.customs.services.amend import change_departure, withdraw
from samphao.customs.services.decide import decide, decide_many, supply_papers
from samphao.customs.services.declare import declare_exports
from samphao.customs.services.enter import declare_imports
from samphao.customs.services.importers import grant_permits, record_importers
from samphao.customs.services.offices import publish_offices

__all__ = [
    "change_departure",
    "decide",
    "decide_many",
    "declare_exports",
    "declare_imports",
    "grant_permits",
    "publish_offices",
    "record_importers",
    "supply_papers",
    "withdraw",
]
