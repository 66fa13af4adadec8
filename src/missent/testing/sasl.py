"""A Postfix that people sign in at, with Cyrus SASL and a password file of its own."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

from missent.testing.postfix import Postfix, free_port

if TYPE_CHECKING:
    from typing import Self

_MAIN = """\
smtpd_sasl_auth_enable = yes
smtpd_sasl_local_domain = corp.example
smtpd_sasl_authenticated_header = yes
smtpd_tls_chain_files = {base}/tls.pem
smtpd_tls_security_level = may
smtpd_relay_restrictions = permit_sasl_authenticated, reject
smtpd_recipient_restrictions = {recipients}permit_sasl_authenticated, reject
"""
# Not `auxprop` with /etc/sasldb2: nothing outside of its own folder is read or written.
_SASL = """\
pwcheck_method: auxprop
auxprop_plugin: sasldb
sasldb_path: {base}/sasldb2
mech_list: PLAIN LOGIN
"""
_PASSWORDS = Path("/usr/sbin/saslpasswd2")
_SUBMISSIONS = "127.0.0.1:{port} inet n - n - - smtpd -o smtpd_tls_wrappermode=yes\n"


def why_not() -> str:
    """Why it cannot run here, Postfix aside; "" where it can."""
    plugins = list(Path("/usr/lib").glob("*/sasl2/libplain.so"))
    if not plugins or not _PASSWORDS.exists():
        return "Cyrus SASL is not installed: sh deploy/test-packages.sh"
    return ""


class SubmissionPostfix(Postfix):
    """Takes mail from who signed in, with STARTTLS at `port` and TLS at once at `tls_port`.

    Args:
        chain: the certificate and its key, in one file.
        recipients: restrictions of recipients, each with a comma behind it.
    """

    def __init__(self, chain: Path, recipients: str = "") -> None:
        self.tls_port = free_port()
        super().__init__(
            _MAIN.replace("{recipients}", recipients), _SUBMISSIONS.format(port=self.tls_port)
        )
        (self.etc / "sasl").mkdir()  # where Debian's Postfix looks
        (self.etc / "sasl/smtpd.conf").write_text(_SASL.replace("{base}", str(self.base)))
        shutil.copy(chain, self.base / "tls.pem")

    def __enter__(self) -> Self:
        self.user("ann@corp.example", "sesame")
        return super().__enter__()

    def user(self, address: str, password: str) -> None:
        """Let somebody in."""
        local, _, domain = address.partition("@")
        database = self.base / "sasldb2"
        subprocess.run(  # noqa: S603  our own words
            [_PASSWORDS, "-p", "-c", "-f", database, "-u", domain, local],
            input=password.encode(),
            check=True,
            capture_output=True,
        )
        shutil.chown(database, "postfix", "postfix")
