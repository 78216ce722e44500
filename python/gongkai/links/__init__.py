"""A page without a report -> what it points to: reports that it lists, or what may hold its own."""

from gongkai.links.addresses import address_of, base_of
from gongkai.links.leads import (
    Candidate,
    Directory,
    Lead,
    candidates,
    directory_of,
    frames_left,
    goes_on,
    leads_of,
)

__all__ = [
    "Candidate",
    "Directory",
    "Lead",
    "address_of",
    "base_of",
    "candidates",
    "directory_of",
    "frames_left",
    "goes_on",
    "leads_of",
]
