"""Make the table of mail services that exist, and are never to be questioned without history.

Usage: `python bench/tables/existing.py all.json` with `all.json` of the npm package
email-providers 2.26.0. Such lists hold typosquats too, since they are gathered from what people
have typed: a name within one slip of a popular provider is left out unless it stands in `REAL`,
which was decided name by name.
"""

# ruff: noqa: SIM905  a column of names reads better than a list of strings
from __future__ import annotations

import json
import sys
from pathlib import Path

from rapidfuzz.distance import OSA

from missent.core import suffixes
from missent.core.address import Domain
from missent.core.tables import rows

TARGET = Path("src/missent/core/tables/existing.txt")
HEADER = """\
# Mail services that exist, besides the popular ones: never to be questioned without history.
# From the npm package email-providers 2.26.0, ISC licence: see README.md beside this file, which
# also lists the typosquats that were left out. Made by bench/tables/existing.py.
"""
POPULAR = 10  # the weight from which on a near name is suspect
LONG = 9  # in names this long two slips are still a likeness
# Services of their own in spite of the likeness, or too far off to be a slip.
REAL = """
123.com 3email.com 4email.com 5ymail.com amail.com aver.com centrum.sk cmail.com coxmail.com
duno.com e-mail.com earthling.net eastmail.com edmail.com eelmail.com ehmail.com email.ro email.ru
email60.com emailem.com ematic.com emil.com emumail.com etcmail.com fast-mail.fr fastermail.com
feamail.com fizmail.com flashmail.com flemail.com fnmail.com foodmail.com for4mail.com freemail.de
freemail.et freemail.gr freemail.it freemail.lt freemail.ms freemail.nl freenet.kg givmail.com
gnwmail.com hailmail.net hd-mail.com hmamail.com homemail.com hotepmail.com hotmail.co.il
hotmail.co.kr hotmail.com.mx hotmail.kg hotmail.kz hotmail.ru hotmail.sg imail.ru lastmail.com
live.co.kr love.com mail.be mail.by mail.nu nafe.com name.com noavar.com outlook.co.il
outlook.com.gr outlook.com.pe outlook.lv prontomail.com proto2mail.com t-online.hu tatanova.com
terra.com.ar tiscali.at tiscali.be tiscali.lu tiscali.se tmail.com uk7.net uk8.net uol.com.ar
uol.com.co uol.com.mx uol.com.ve uymail.com wanadoo.es xmail.com y7mail.com yahoofs.com yalook.com
yawmail.com ymail4.com ynnmail.com yopmail.com yyhmail.com zmail.ru zoemail.com zoutlook.com
""".split()
# The same label under another suffix, where it is not the provider's; and placeholders.
FALSE = set("gmail.co.uk gmail.com.com gmail.it example.com yourdomain.com mydomain.com".split())


def main(source: Path) -> None:
    weighed = [row.split() for row in rows("providers.txt")]
    popular = [name for weight, *names in weighed for name in names if int(weight) >= POPULAR]
    shipped = {name for _, *names in weighed for name in names}
    kept, likenesses, others = [], [], []
    listed = json.loads(source.read_text("utf-8"))
    for name in sorted({Domain.parse(name).name for name in listed if "@" not in name}):
        if name in shipped:
            continue
        parts = suffixes.split(name)
        near = [p for p in popular if _like(name, p)]
        if not parts.known or not parts.label or name in FALSE:
            others.append(name)
        elif near and name not in REAL:
            likenesses.append(f"{name} ({near[0]})")
        else:
            kept.append(name)
    TARGET.write_text(HEADER + "".join(f"{name}\n" for name in kept), "utf-8")
    print(len(kept), "kept")
    print("left out as slips of a provider:", ", ".join(likenesses))
    print("left out as no registrable domain, placeholder or squat:", ", ".join(others))


def _like(name: str, provider: str) -> bool:
    apart = OSA.distance(name, provider)
    return apart == 1 or (apart == 2 and len(provider) >= LONG and name[0] == provider[0])


if __name__ == "__main__":
    main(Path(sys.argv[1]))
