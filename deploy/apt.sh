#!/bin/sh
# Install Debian packages, where that is possible: `apt.sh package...`.
#
# Ends with 1, and has done nothing, where this is not Debian or we are not root. Nothing is refreshed or asked for
# before something is missing: whoever calls this has looked.
set -eu

command -v apt-get >/dev/null 2>&1 || exit 1
[ "$(id -u)" = 0 ] || exit 1

echo "Installing $* ..." >&2
apt-get update -qq
# Its errors are worth reading, its progress is not.
DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@" >/dev/null
