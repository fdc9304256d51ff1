#!/bin/sh
# An independent OPC UA stack (open62541, MPL-2.0) to test against: fetches Debian's packages into a
# folder of their own and compiles small C programs against them. The machine's package lists and
# installed packages stay as they are; no root is needed.
#
#   tools/peers/open62541.sh                            fetch; prints the folder of the library
#   tools/peers/open62541.sh build <source.c> <output>  fetch if need be, compile, print <output>
#
# Quick when there is nothing to do. Everything lies under ${HELIX_PEERS:-/tmp/helix-peers}/open62541.
# Debian 12 does not carry open62541, so the packages come from the suite after it; they need only
# glibc 2.34.
set -eu

suite=trixie
packages="libopen62541-1.4 libopen62541-1.4-dev libmbedtls21 libmbedx509-7 libmbedcrypto16"
folder=${HELIX_PEERS:-/tmp/helix-peers}/open62541
root=$folder/root

fail() {
  echo "open62541.sh: $1" >&2
  exit 1
}

# The first source that the machine itself uses, with the suite changed: the same mirror, the same keys.
write_newer_source() {
  if [ -f /etc/apt/sources.list.d/debian.sources ]; then
    awk 'BEGIN { RS = ""; ORS = "\n\n" } NR == 1' /etc/apt/sources.list.d/debian.sources |
      sed "s/^Suites:.*/Suites: $suite/" >"$1/newer.sources"
  elif grep -q '^deb ' /etc/apt/sources.list 2>/dev/null; then
    awk -v suite="$suite" '
      /^deb / { for (i = 2; i < NF; i++) if ($i ~ /:\/\//) { $(i + 1) = suite; print; exit } }
    ' /etc/apt/sources.list >"$1/newer.list"
  else
    fail "no Debian package source in /etc/apt; open62541 is fetched only on Debian"
  fi
}

fetch() {
  [ -d "$root" ] && return
  for program in apt-get dpkg-deb gcc; do
    command -v "$program" >/dev/null || fail "needs $program (apt-get install apt dpkg gcc libc6-dev)"
  done
  mkdir -p "$folder"
  work=$(mktemp -d "$folder/fetch.XXXXXX")
  trap 'rm -rf "$work"' EXIT
  mkdir -p "$work/parts" "$work/lists/partial" "$work/cache/archives/partial" "$work/root"
  write_newer_source "$work/parts"
  # apt drops its privileges for downloads and must still be able to write here.
  chmod -R a+rwX "$work"
  set -- -o Dir::Etc::sourcelist=/dev/null -o "Dir::Etc::sourceparts=$work/parts" \
    -o "Dir::State::lists=$work/lists" -o "Dir::Cache=$work/cache"
  apt-get "$@" -qq update >&2 || fail "the package lists of Debian $suite could not be fetched"
  # shellcheck disable=SC2086  # a list of words
  (cd "$work" && apt-get "$@" -qq download $packages >&2) || fail "could not download: $packages"
  for package in "$work"/*.deb; do
    dpkg-deb -x "$package" "$work/root"
  done
  # In one step, so that two runs at once cannot leave a half-filled folder.
  mv -T "$work/root" "$root" 2>/dev/null || [ -d "$root" ] || fail "could not create $root"
}

build() {
  source=$1
  output=$2
  [ -f "$source" ] || fail "$source: no such file"
  if [ -x "$output" ] && [ "$output" -nt "$source" ] && [ "$output" -nt "$root" ]; then return; fi
  libraries=$root/usr/lib/$(gcc -print-multiarch)
  mkdir -p "$(dirname "$output")"
  # An old-style rpath also serves the libraries that open62541 itself needs.
  gcc -std=c11 -O2 -Wall -Wextra -D_DEFAULT_SOURCE -isystem "$root/usr/include" "$source" -o "$output.$$" \
    -L"$libraries" -lopen62541 -lm -Wl,--allow-shlib-undefined \
    -Wl,--disable-new-dtags -Wl,-rpath,"$libraries" >&2 || fail "$source does not compile"
  mv "$output.$$" "$output"
}

case ${1:-fetch} in
  fetch)
    fetch
    echo "$root"
    ;;
  build)
    [ $# -eq 3 ] || fail "usage: open62541.sh build <source.c> <output>"
    fetch
    build "$2" "$3"
    echo "$3"
    ;;
  *)
    fail "usage: open62541.sh [build <source.c> <output>]"
    ;;
esac
