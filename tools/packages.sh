#!/bin/sh
# Installs the Debian packages named as arguments that are missing; says nothing when none is.
# Elsewhere than on Debian and its kin it only says what is needed, and lets the build tell the rest.
set -eu

missing=
for package in "$@"; do
    if ! dpkg-query -W -f '${db:Status-Status}\n' "$package" 2>/dev/null | grep -qx installed; then
        missing="$missing $package"
    fi
done
[ -n "$missing" ] || exit 0

if ! command -v apt-get >/dev/null 2>&1; then
    echo "note: these Debian packages, or their like on this system, are needed:$missing" >&2
    exit 0
fi

as_root=
[ "$(id -u)" -eq 0 ] || as_root=sudo
echo "installing:$missing" >&2
log=$(mktemp)
trap 'rm -f "$log"' EXIT
export DEBIAN_FRONTEND=noninteractive
case " $missing " in *" postfix "*)
    # Without a configuration of its own it is not started: the tests start it with theirs.
    echo "postfix postfix/main_mailer_type select No configuration" | $as_root debconf-set-selections ;;
esac
# shellcheck disable=SC2086 # a list of words is wanted
if ! { $as_root apt-get update -qq && $as_root apt-get install -y -qq --no-install-recommends $missing; } >"$log" 2>&1; then
    cat "$log" >&2
    echo "error: could not install:$missing" >&2
    exit 1
fi
