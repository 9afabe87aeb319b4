"""The registries of all pages, in the order in which addresses are tried."""

from __future__ import annotations

from kaocheng.web.account import endpoints as account
from kaocheng.web.administration import endpoints as administration
from kaocheng.web.adoptions import endpoints as adoptions
from kaocheng.web.audit import endpoints as audit
from kaocheng.web.collections import endpoints as collections
from kaocheng.web.files import endpoints as files
from kaocheng.web.handovers import endpoints as handovers
from kaocheng.web.help import endpoints as help_pages
from kaocheng.web.home import endpoints as home
from kaocheng.web.messages import endpoints as messages
from kaocheng.web.notices import endpoints as notices
from kaocheng.web.people import endpoints as people
from kaocheng.web.preferences import endpoints as preferences
from kaocheng.web.progress import endpoints as progress
from kaocheng.web.registers import endpoints as registers
from kaocheng.web.results import endpoints as results
from kaocheng.web.reviews import endpoints as reviews
from kaocheng.web.rounds import endpoints as rounds
from kaocheng.web.schemes import endpoints as schemes
from kaocheng.web.units import endpoints as units

ALL = (
    home,
    account,
    units,
    people,
    messages,
    notices,
    collections,
    handovers,
    audit,
    adoptions,
    schemes,
    registers,
    rounds,
    reviews,
    results,
    files,
    administration,
    help_pages,
    preferences,
    progress,
)
