#!/bin/sh
# Installs the Debian programs that the end-to-end tests run. For root, on Debian or Ubuntu;
# running it again changes nothing. Tests whose program is missing are skipped, or fail when CI=true.
set -eu

PACKAGES="chromium curl iproute2 jq libnet-ssleay-perl libsasl2-modules msmtp nsd openssl postfix postgresql python3-venv sasl2-bin swaks systemd"

if [ "$(id -u)" -ne 0 ]; then
    echo "test-packages.sh: not root; tests that need one of ($PACKAGES) may be skipped" >&2
    exit 0
fi
if ! command -v apt-get >/dev/null; then
    echo "test-packages.sh: no apt-get; install by hand: $PACKAGES" >&2
    exit 0
fi

missing=""
for package in $PACKAGES; do
    status=$(dpkg-query --show --showformat='${db:Status-Status}' "$package" 2>/dev/null || true)
    [ "$status" = installed ] || missing="$missing $package"
done
exim=/opt/missent-tests/exim
dns=/opt/missent-tests/dns
[ -n "$missing" ] || [ ! -x "$exim/usr/sbin/exim4" ] || [ ! -d "$dns" ] || exit 0

# No service may be started by its installation: the tests start what they need, on ports of their
# own. A policy that stands already is left as it is.
policy=/usr/sbin/policy-rc.d
if [ ! -e "$policy" ]; then
    printf '#!/bin/sh\nexit 101\n' >"$policy"
    chmod 755 "$policy"
    trap 'rm -f "$policy"' EXIT
fi

export DEBIAN_FRONTEND=noninteractive
echo "postfix postfix/main_mailer_type select No configuration" | debconf-set-selections
apt-get update -qq
if [ -n "$missing" ]; then
    # shellcheck disable=SC2086  # a list of names
    apt-get install -qq --yes --no-install-recommends $missing >/dev/null
fi

# Exim conflicts with Postfix: only its program is unpacked, to a place of its own.
if [ ! -x "$exim/usr/sbin/exim4" ]; then
    folder=$(mktemp -d)
    (cd "$folder" && apt-get download -qq exim4-daemon-light >/dev/null 2>&1)
    # what it links to; none of it is a mail server
    libraries="libdb5.3 libgnutls-dane0 libidn12 libpcre2-8-0 libnsl2"
    # shellcheck disable=SC2086  # likewise
    apt-get install -qq --yes --no-install-recommends $libraries >/dev/null
    mkdir -p "$exim"
    dpkg-deb --extract "$folder"/exim4-daemon-light_*.deb "$exim"
    rm -rf "$folder"
    getent passwd Debian-exim >/dev/null || useradd --system --user-group \
        --home-dir /nonexistent --shell /usr/sbin/nologin Debian-exim
fi

# Name servers, for their query logs: unpacked too, with what they link to and is not here, so that
# nothing of the machine's own name service changes.
if [ ! -d "$dns" ]; then
    folder=$(mktemp -d)
    mkdir "$folder/partial" "$folder/root"
    servers="bind9 fstrm-bin knot knot-module-dnstap pdns-backend-bind pdns-server"
    # shellcheck disable=SC2086  # likewise
    apt-get install -qq --yes --no-install-recommends --download-only \
        --option Dir::Cache::Archives="$folder" --option APT::Sandbox::User=root $servers >/dev/null
    for file in "$folder"/*.deb; do
        dpkg-deb --extract "$file" "$folder/root"
    done
    chmod 755 "$folder/root"
    mv "$folder/root" "$dns"
    rm -rf "$folder"
fi
