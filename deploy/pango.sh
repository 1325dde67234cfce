#!/bin/sh
# See to it that the tests can make PDFs: install Debian's Pango and fonts where we may. Without them they are skipped,
# and a desk offers a page for printing in their place.
set -eu

cd "$(dirname "$0")/.."
packages="libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 fonts-noto-core fonts-noto-cjk"

draws() {
  .venv/bin/python -c "import weasyprint" >/dev/null 2>&1
}

draws && exit 0
# shellcheck disable=SC2086 # several words
sh deploy/apt.sh $packages || true
draws || echo "No PDFs are made here (Debian: apt-get install $packages)." >&2
