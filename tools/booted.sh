#!/usr/bin/env bash
# Installs the package in a Debian of its own, boots that, and has its systemd run the service on a cable:
#
#     tools/booted.sh target/tlstally_*.deb
#
# Looks at what a test with the program alone cannot: that the unit starts, is ready, has no rights left, is reloaded, is restarted when it
# hangs, takes up an interface again that was made anew, keeps records and a store that the group can read, and ends well. Takes four minutes.
# Needs root and the packages debootstrap and systemd-container; the network only to fetch Debian. The machine that boots has none.
set -euo pipefail
package=$(realpath "$1")
capture=$(realpath "$(dirname "$0")/../pcaps/office-morning-1.pcap")
root=$(mktemp -d)
chmod 755 "$root" # it will be a /
trap 'rm -rf --one-file-system "$root"' EXIT

# The release that the package was built on, whose libraries it wants.
release=$(. /etc/os-release && echo "$VERSION_CODENAME")
debootstrap --variant=minbase --include=systemd,systemd-sysv,dbus,iproute2,tcpreplay,libpcap0.8 "$release" "$root" >"$root.log" ||
	{ cat "$root.log"; exit 1; }
rm "$root.log"
cp "$package" "$root/root/tlstally.deb"
cp "$capture" "$root/root/office.pcap"
cat >"$root/root/steps" <<'STEPS'
#!/bin/bash
# Each step is written down before it is taken; the last one written is the one that failed.
exec >/root/told 2>&1
set -eExuo pipefail
trap 'journalctl --no-pager -u "tlstally@*"; systemctl poweroff' EXIT
unit='tlstally@mirror\x2d1.service'
records=/var/log/tlstally/mirror-1.jsonl
cable() {
	ip link add other type veth peer name mirror-1
	ip link set other up
	ip link set mirror-1 up
}
# The capture has nine sessions; so many lines must come within two minutes.
records_reach() {
	tcpreplay -q -i other --pps 2000 /root/office.pcap
	timeout 120 bash -c "until [ \$(wc -l <$records) -ge $1 ]; do sleep 1; done"
}

dpkg -i /root/tlstally.deb
useradd -m -G tlstally analyst
cable
systemctl start "$unit" # returns when the program has said that it is ready
main=$(systemctl show -P MainPID "$unit")
grep -Eq '^CapEff:\s0+$' "/proc/$main/status"
grep -Eq '^NoNewPrivs:\s1$' "/proc/$main/status"
[ "$(stat -c %U "/proc/$main")" = tlstally ]
records_reach 9
su analyst -c "tlstally report /var/lib/tlstally/mirror-1" | grep -q '^4 of 7 internal hosts'

mv "$records" "$records.1"
systemctl reload "$unit"
timeout 10 bash -c "until [ -e $records ]; do sleep 0.1; done"
records_reach 9

ip link delete other
cable
timeout 60 bash -c "until journalctl -u '$unit' | grep 'mirror-1 is watched again'; do sleep 1; done"
records_reach 18

kill -STOP "$main" # as a program that hangs
timeout 150 bash -c "until [ \$(systemctl show -P NRestarts '$unit') = 1 ]; do sleep 1; done"
timeout 60 bash -c "until [ \$(systemctl show -P ActiveState '$unit') = active ]; do sleep 1; done"

systemctl stop "$unit"
[ "$(systemctl show -P Result "$unit")" = success ]
su analyst -c "tlstally report /var/lib/tlstally/mirror-1" | grep -q '^4 of 7 internal hosts'
touch /root/well
STEPS
chmod +x "$root/root/steps"
printf '[Service]\nExecStart=/root/steps\n' >"$root/etc/systemd/system/steps.service"
mkdir -p "$root/etc/systemd/system/multi-user.target.wants"
ln -s ../steps.service "$root/etc/systemd/system/multi-user.target.wants/steps.service"

timeout 900 systemd-nspawn --quiet --directory="$root" --boot --register=no --keep-unit --private-network --machine=tlstally \
	</dev/null >"$root/root/console" 2>&1 || true
if [ -e "$root/root/well" ]; then
	echo "the service did all that was asked of it"
else
	cat "$root/root/told" 2>/dev/null || cat "$root/root/console"
	exit 1
fi
