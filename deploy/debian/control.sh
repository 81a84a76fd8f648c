#!/bin/sh
# Writes DEBIAN/ into the root of a package: what it is, what it needs, and what happens when it is installed.
set -eu
root=$1
version=$(sed -n 's/^version = "\(.*\)"/\1/p' Cargo.toml | head -n 1)
mkdir -p "$root/DEBIAN"
cat >"$root/DEBIAN/control" <<EOF
Package: tlstally
Version: $version
Architecture: $(dpkg --print-architecture)
Maintainer: tlstally <tlstally@localhost>
Section: net
Priority: optional
Depends: libc6, libgcc-s1, libpcap0.8 | libpcap0.8t64
Installed-Size: $(du -sk "$root" | cut -f 1)
Description: finds the machines that still speak legacy TLS to Exchange Online
 Reads captures, or watches a mirror port, follows SMTP up to STARTTLS and into
 the TLS hellos, and names the internal hosts that negotiate, or only offer,
 TLS 1.0 or 1.1: what they are, why, and what to change.
EOF
cat >"$root/DEBIAN/postinst" <<'EOF'
#!/bin/sh
set -e
[ "$1" = configure ] || exit 0
if command -v systemd-sysusers >/dev/null; then
    systemd-sysusers tlstally.conf
fi
if [ -d /run/systemd/system ]; then
    systemctl daemon-reload
    # Sensors that run take up the new program; rings and tables are gone for the moment that takes.
    systemctl try-restart 'tlstally@*.service'
fi
EOF
cat >"$root/DEBIAN/prerm" <<'EOF'
#!/bin/sh
set -e
[ "$1" = remove ] || exit 0
if [ -d /run/systemd/system ]; then
    systemctl stop 'tlstally@*.service'
fi
EOF
chmod 0755 "$root/DEBIAN/postinst" "$root/DEBIAN/prerm"
