#!/bin/sh
# See to it that the tests have a Chromium and can drive it: install Debian's where we may, else say what to install.
set -eu

cd "$(dirname "$0")/.."

main() {
  missing=
  # The fonts are for pages in Chinese and for everything that is not Latin.
  find_chromium >/dev/null || missing="chromium fonts-noto-core fonts-noto-cjk"
  # Playwright brings its own Node.js, which a minimal Debian cannot start.
  driver_starts || missing="$missing libatomic1"
  [ -z "$missing" ] && exit 0

  # shellcheck disable=SC2086 # several words
  sh deploy/apt.sh $missing || true
  find_chromium >/dev/null || find_chromium >&2
  driver_starts || stop "Playwright does not start. Install what it needs (Debian: apt-get install libatomic1); \`.venv/bin/python -m playwright --version\` says what is wrong."
}

find_chromium() {
  .venv/bin/python -m tests.servers
}

driver_starts() {
  .venv/bin/python -m playwright --version >/dev/null 2>&1
}

stop() {
  echo "$1" >&2
  exit 1
}

main
