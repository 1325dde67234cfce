#!/bin/sh
# Bring the catalogues up to date with what stands in code and templates. New texts arrive untranslated and old ones
# go; nothing is guessed (fuzzy), since the tests would refuse it.
set -eu

cd "$(dirname "$0")/.."
folder=helpdesk/translations
template=$folder/messages.pot
fresh=$(mktemp)
trap 'rm -f "$fresh"' EXIT

main() {
  mkdir -p "$folder"
  extract
  # A new date alone is no change.
  [ "$(texts_of "$template")" = "$(texts_of "$fresh")" ] || cat "$fresh" >"$template"
  for locale in en lt ru zh_Hans; do update "$locale"; done
}

extract() {
  pybabel extract --mapping-file=deploy/babel.cfg --output-file="$fresh" --project=Threeline \
    --copyright-holder="the Threeline authors" --keywords="_l lazy_gettext lazy_ngettext:1,2 lazy_pgettext:1c,2 _lp:1c,2" \
    --add-comments="Translators:" --strip-comments --add-location=file --sort-by-file --width=120 .
}

# Babel prints a warning for each plural of the template in a language that has fewer forms than English.
update() {
  pybabel update --input-file="$template" --output-dir="$folder" --locale="$1" --init-missing \
    --no-fuzzy-matching --ignore-obsolete --ignore-pot-creation-date --width=120 >/dev/null
}

pybabel() {
  .venv/bin/python -m babel.messages.frontend --quiet "$@"
}

texts_of() {
  grep -v '^"POT-Creation-Date' "$1" 2>/dev/null || true
}

if [ "${1:-}" = extract ]; then extract && cat "$fresh" >"$2"; else main; fi
