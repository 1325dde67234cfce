#!/bin/sh
# Make the virtual environment .venv and install Threeline into it: `install.sh` to run it, `install.sh dev` to also
# test and check it. Does nothing when that is done already; installs again when pyproject.toml has changed.
set -eu

cd "$(dirname "$0")/.."
here=$(pwd -P)
venv=.venv
oldest="3.11"

main() {
  extras=${1:-}
  is_sound || make_venv
  stamp=$venv/.installed${extras:+-$extras}
  cmp -s pyproject.toml "$stamp" && exit 0

  echo "Installing Threeline${extras:+ with its $extras extra} into $venv ..." >&2
  $venv/bin/python -m pip install --disable-pip-version-check --quiet --editable ".${extras:+[$extras]}"
  cp pyproject.toml "$stamp"
  # Who has the extras has the rest too.
  cp pyproject.toml $venv/.installed
}

# Whether .venv is a virtual environment of this very folder: one that was moved or copied here with its checkout, or
# whose Python has gone, has programs that start another Python or none.
is_sound() {
  [ -f $venv/bin/activate ] && grep -qF "$(cd $venv && pwd -P)" $venv/bin/activate && is_new_enough $venv/bin/python
}

make_venv() {
  python=$(find_python) || explain_and_stop
  if ! can_make_venv "$python"; then
    sh deploy/apt.sh "$(venv_package "$python")" || stop "Python $(version_of "$python") ($(command -v "$python")) cannot make virtual environments. Install python3-venv (as root: apt-get install $(venv_package "$python")) and start again."
  fi
  echo "Making the virtual environment $venv with Python $(version_of "$python") ..." >&2
  "$python" -m venv --clear "$here/$venv"
}

# The newest Python that can make virtual environments; failing that, the newest.
find_python() {
  names="python3.14 python3.13 python3.12 python3.11 python3"
  for name in $names; do
    if is_new_enough "$name" && can_make_venv "$name"; then echo "$name"; return; fi
  done
  for name in $names; do
    if is_new_enough "$name"; then echo "$name"; return; fi
  done
  return 1
}

is_new_enough() {
  "$1" -c "import sys; sys.exit(sys.version_info < tuple(map(int, '$oldest'.split('.'))))" >/dev/null 2>&1
}

can_make_venv() {
  "$1" -c "import ensurepip, venv" >/dev/null 2>&1
}

version_of() {
  "$1" -c "import platform; print(platform.python_version())" 2>/dev/null
}

# Debian splits venv off; python3-venv belongs to the Python that Debian itself uses, others have their own.
venv_package() {
  minor=$("$1" -c "import sys; print('python%d.%d' % sys.version_info[:2])")
  default=$(/usr/bin/python3 -c "import sys; print('python%d.%d' % sys.version_info[:2])" 2>/dev/null) || default=
  if [ "$minor" = "$default" ]; then echo python3-venv; else echo "$minor-venv"; fi
}

explain_and_stop() {
  if found=$(version_of python3); then
    found="the python3 of this machine is $found"
  else
    found="this machine has no python3"
  fi
  stop "Threeline needs Python $oldest or newer, and $found. Install a newer one (Debian 12 or newer: apt-get install python3 python3-venv; macOS: brew install python, or the installer of python.org) and start again."
}

stop() {
  echo "$1" >&2
  exit 1
}

main "$@"
