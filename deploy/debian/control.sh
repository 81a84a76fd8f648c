#!/bin/sh
# Makes a Debian package of what `make install` has put below its root: what it is, what it needs, what happens when it is installed, and
# the form that Debian's policy asks for.
set -eu
root=$1
version=$(sed -n 's/^version = "\(.*\)"/\1/p' Cargo.toml | head -n 1)
program=$(realpath "$root/usr/bin/tlstally")

strip --strip-unneeded "$program"
gzip -9n "$root"/usr/share/man/man1/*.1
mkdir -p "$root/DEBIAN"
rm "$root/usr/share/doc/tlstally/LICENSE"
gzip -9n "$root"/usr/share/doc/tlstally/*
gzip -9nc CHANGELOG.md >"$root/usr/share/doc/tlstally/CHANGELOG.md.gz"
gzip -9nc >"$root/usr/share/doc/tlstally/changelog.gz" <<EOF
tlstally ($version) unstable; urgency=medium

  * What is new is in CHANGELOG.md.gz.

 -- tlstally <tlstally@localhost>  $(date -R)
EOF
standard=
[ ! -e "$root/usr/share/doc/tlstally/STANDARD-LIBRARY.html.gz" ] ||
    standard=" What Rust's standard library holds is in STANDARD-LIBRARY.html.gz."
cat - LICENSE >"$root/usr/share/doc/tlstally/copyright" <<EOF
Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/
Upstream-Name: tlstally

The Rust libraries that are linked into the program have licences of their own; their texts are in LIBRARIES.gz beside this file.$standard

EOF

# The libraries it is linked with, by their packages on this system; without dpkg-dev by their names in Debian and Ubuntu.
libraries() {
    work=$(mktemp -d)
    trap 'rm -rf "$work"' EXIT
    mkdir "$work/debian"
    printf 'Source: tlstally\n\nPackage: tlstally\nArchitecture: any\n' >"$work/debian/control"
    (cd "$work" && dpkg-shlibdeps -O "$program" 2>/dev/null) | sed -n 's/^shlibs:Depends=//p'
}
depends=$(libraries)
: "${depends:=libc6, libgcc-s1, libpcap0.8 | libpcap0.8t64}"
cat >"$root/DEBIAN/control" <<EOF
Package: tlstally
Version: $version
Architecture: $(dpkg --print-architecture)
Maintainer: tlstally <tlstally@localhost>
Section: net
Priority: optional
Depends: $depends
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
