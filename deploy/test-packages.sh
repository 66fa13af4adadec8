#!/bin/sh
# Installs the Debian programs that the end-to-end tests run. For root, on Debian or Ubuntu;
# running it again changes nothing. Tests whose program is missing are skipped, or fail when CI=true.
set -eu

PACKAGES="curl libnet-ssleay-perl libsasl2-modules msmtp nsd openssl postfix postgresql sasl2-bin swaks"

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
[ -n "$missing" ] || exit 0

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
# shellcheck disable=SC2086  # a list of names
apt-get install -qq --yes --no-install-recommends $missing >/dev/null
