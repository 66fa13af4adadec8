"""Who works at the sample organisation, whom they write to, and how they slip.

Every name is made up. The organisation's own domain, and those of its partners, lie below
`.example` (RFC 2606), where no mail can come from or go to.
"""

from __future__ import annotations

from typing import NamedTuple

DOMAIN = "kestrel.example"


class Slip(NamedTuple):
    """Something that is mistyped at the sample organisation.

    Attributes:
        typed: the address as it was written.
        meant: the one that was meant; it was written to before where its domain is a partner's.
        often: how often in a month.
        right: whether the typed address was the right one after all.
    """

    typed: str
    meant: str
    often: int
    right: bool = False


class Letter(NamedTuple):
    """A message that waits.

    Attributes:
        sender: the local part of its sender.
        slip: its recipient, and the one that was meant.
        subject: of the message.
        text: likewise.
        hours: since it is held.
        file: the name of an attachment, "" for none.
        html: whether the text is HTML.
    """

    sender: str
    slip: Slip
    subject: str
    text: str
    hours: int
    file: str = ""
    html: bool = False


STAFF = (
    "amara.okafor",
    "bram.jansen",
    "chiara.moretti",
    "dmitri.sokolov",
    "elin.lindqvist",
    "farah.haddad",
    "george.whitfield",
    "hana.novakova",
)
SLIPS = (
    Slip("r.delgado@army.ml", "r.delgado@army.mil", 3),
    Slip("housing.office@navy.ml", "housing.office@navy.mil", 2),
    Slip("tomas.berg@gmial.com", "tomas.berg@gmail.com", 9),
    Slip("lucia.ferrari@gmail.con", "lucia.ferrari@gmail.com", 7),
    Slip("p.schneider@outlok.com", "p.schneider@outlook.com", 6),
    Slip("nadia.rahman@hotmial.com", "nadia.rahman@hotmail.com", 5),
    Slip("ken.watanabe@yaho.com", "ken.watanabe@yahoo.com", 4),
    Slip("grants@standford.edu", "grants@stanford.edu", 4),
    Slip("biling@halyard-freight.example", "billing@halyard-freight.example", 5),
    Slip("dispatch@northquay.example", "dispatch@halyard-freight.example", 3),
    Slip("a.silva@hotmail.con", "a.silva@hotmail.com", 4),
    Slip("xray.recrods@brightwater.example", "xray.records@brightwater.example", 4),
    Slip("m.oconnel@northquay.example", "m.oconnell@northquay.example", 5),
    Slip("sven.larson@northquay.example", "sven.larsson@northquay.example", 3, right=True),
    Slip("maya@iclould.com", "maya@icloud.com", 2),
    Slip("press@theguardain.com", "press@theguardian.com", 2, right=True),
)
KNOWN = tuple(slip.meant for slip in SLIPS if slip.meant.endswith(".example"))

_BY_TYPED = {slip.typed: slip for slip in SLIPS}
LETTERS = (
    Letter(
        "george.whitfield",
        _BY_TYPED["r.delgado@army.ml"],
        "Rooms for the delegation, 4 to 9 December",
        "Colonel,\n\nthe hotel has confirmed rooms 412 to 418 for the delegation. The passports are"
        " attached,\nas the desk asked for copies. A car will be at the side entrance at 07:40.\n\n"
        "George Whitfield\nKestrel Travel\n",
        3,
        "passports-delegation.pdf",
    ),
    Letter(
        "farah.haddad",
        _BY_TYPED["xray.recrods@brightwater.example"],
        "Referral of 12 November",
        "<html><body><p>Dear colleagues,</p><p>please find the referral and the <b>X-ray</b> of the"
        " patient we spoke about.</p><img src='https://tracker.example/open.gif'><p>Farah</p>"
        "</body></html>",
        7,
        "x-ray-left-wrist.dcm",
        html=True,
    ),
    Letter(
        "bram.jansen",
        _BY_TYPED["biling@halyard-freight.example"],
        "Invoice 2026-1187",
        "Hello,\n\ninvoice 2026-1187 is attached. Our bank details have not changed.\n\nBram\n",
        19,
        "invoice-2026-1187.pdf",
    ),
    Letter(
        "elin.lindqvist",
        _BY_TYPED["tomas.berg@gmial.com"],
        "Your contract",
        "Hi Tomas,\n\nhere is the contract as we discussed it. Salary and start date are on"
        " page 2.\n\nElin\n",
        26,
        "contract-berg.docx",
    ),
    Letter(
        "chiara.moretti",
        _BY_TYPED["lucia.ferrari@gmail.con"],
        "Itinerary to Lisbon",
        "Lucia,\n\nthe itinerary with the booking code. See you at the gate.\n\nChiara\n",
        41,
    ),
)
EXCEPTIONS = (
    ("sven.larson@northquay.example", "elin.lindqvist", "He spells it with one s: I called him."),
    ("*.halyard-freight.example", "bram.jansen", "Their depots have mailboxes of all kinds."),
)
