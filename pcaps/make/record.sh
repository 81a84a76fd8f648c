#!/usr/bin/env bash
# Records the captures of this folder again, with real programs, in network namespaces without any way out.
# Needs root on Debian 12 (or a later one), about 2 GB of disk and a quarter of an hour for all of it.
usage='usage: record.sh [-o FOLDER] [SCENARIO...]

  -o FOLDER   where the captures go (default: the folder above this one)
  SCENARIO    a name from scenarios/ without .sh (default: all, in order)

Packages come from Debian, PyPI and npm (install.sh). Environment: TOOLS, a folder for what is unpacked
(default /var/tmp/tlstally-pcaps-tools); KEEP_LOGS, a folder for the logs of servers and clients.'
set -u

MAKE=$(cd "$(dirname "$0")" && pwd)
OUT=$(dirname "$MAKE")
TOOLS=${TOOLS:-/var/tmp/tlstally-pcaps-tools}
JAVA_MAIL=/usr/share/java/javax.mail.jar:/usr/share/java/javax.activation.jar
NOTES=$MAKE/notes

while getopts o:h option; do
    case $option in
        o) OUT=$(cd "$OPTARG" && pwd) ;;
        *) echo "$usage" >&2; exit 2 ;;
    esac
done
shift $((OPTIND - 1))
# Captures made elsewhere take their notes with them; those here belong to the captures here.
[ "$OUT" = "$(dirname "$MAKE")" ] || NOTES=$OUT/notes
[ $# -gt 0 ] || set -- $(cd "$MAKE/scenarios" && ls -- *.sh | sed 's/\.sh$//')
for scenario in "$@"; do
    [ -f "$MAKE/scenarios/$scenario.sh" ] || { echo "no such scenario: $scenario" >&2; echo "$usage" >&2; exit 2; }
done
[ "$(id -u)" = 0 ] || { echo "record.sh needs root, for network namespaces" >&2; exit 2; }

. "$MAKE/install.sh"
if [ "${INSIDE:-}" != yes ]; then
    install_tools || exit 1
    WORK=$(mktemp -d /var/tmp/tlstally-pcaps.XXXXXX)
    trap 'rm -rf "$WORK"' EXIT
    # Namespaces for network, processes, mounts and names: when this one process ends, for whatever reason, the
    # kernel ends everything that was started here and takes the networks with it.
    INSIDE=yes WORK=$WORK TOOLS=$TOOLS timeout -k 2 2400 \
        unshare --net --pid --mount --uts --ipc --fork --kill-child --mount-proc bash "$MAKE/record.sh" -o "$OUT" "$@" &
    trap 'kill $!; wait $!; exit 1' INT TERM
    wait $!
    exit
fi

. "$MAKE/network.sh"
. "$MAKE/certificates.sh"
. "$MAKE/servers.sh"
. "$MAKE/capture.sh"
. "$MAKE/clients.sh"

mount --make-rprivate /
mkdir -p /run/netns "$NOTES"
mount -t tmpfs none /run/netns
ip link set lo up
if ip route get 192.0.2.1 >/dev/null 2>&1; then
    echo "there is a route out of this namespace; not recording" >&2
    exit 1
fi
chmod 755 "$WORK"
touch "$NOTES/runs.tsv" "$NOTES/server-log.tsv"
write_client_files
make_certificates
build_network
start_dns
start_servers
submission $TOLERANT
for scenario in "$@"; do
    echo "== $scenario" >&2
    . "$MAKE/scenarios/$scenario.sh"
done
[ -n "${KEEP_LOGS:-}" ] && cp "$WORK"/*.log "$WORK"/*.err "$WORK"/logs/* "$KEEP_LOGS"/ 2>/dev/null
exit 0
