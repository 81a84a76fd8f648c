# The clients: one function each, all used as  from HOST "PROGRAM" FUNCTION-LIKE COMMAND  through the small wrappers
# below. Sourced by record.sh. User and password are throw-away words; a message is one line of test text.

USER_NAME=scanner@contoso.example
PASSWORD=not-a-secret
TO=printroom@contoso.example

write_client_files() {
    # An OpenSSL that allows everything it still has: TLS 1.0 to 1.3, SHA-1 signatures, all suites.
    openssl_conf any TLSv1 TLSv1.3
    # The "operating system" of the Thunderbird experiment: programs that use the system's OpenSSL and say nothing
    # themselves get no other versions than these.
    openssl_conf os-10-to-12 TLSv1 TLSv1.2
    openssl_conf os-only-10 TLSv1 TLSv1
    printf 'jdk.tls.disabledAlgorithms=\njdk.tls.legacyAlgorithms=\njdk.certpath.disabledAlgorithms=\n' >"$WORK/java.security"
    printf 'Subject: test\n\nOne line of test text.\n' >"$WORK/message"
    chmod 644 "$WORK"/*
}

openssl_conf() { # NAME MIN MAX
    cat >"$WORK/$1.cnf" <<CF
openssl_conf = all
[all]
ssl_conf = ssl
[ssl]
system_default = versions
[versions]
MinProtocol = $2
MaxProtocol = $3
CipherString = ALL:@SECLEVEL=0
CF
}

OPENSSL_NAME="openssl s_client $(openssl version | cut -d' ' -f2)"
CURL_NAME="curl $(/usr/bin/curl --version | sed -n '1s/curl \([0-9.]*\).*/\1/p') (OpenSSL)"
SWAKS_NAME="swaks $(dpkg-query -W -f '${Version}' swaks | cut -d- -f1) (Net::SSLeay)"
MSMTP_NAME="msmtp $(dpkg-query -W -f '${Version}' msmtp | cut -d- -f1) (GnuTLS)"
PYTHON_NAME="Python $(/usr/bin/python3 -c 'import platform; print(platform.python_version())') smtplib"
NODEMAILER_NAME="nodemailer (Node.js $(node --version | tr -d v))"
NODE24_NAME="nodemailer (Node.js 24, OpenSSL 3.5)"
OLD_NODE_NAME="Node.js 0.10.30 (OpenSSL 1.0.1)"
OLDER_NODE_NAME="Node.js 0.8.28 (OpenSSL 1.0.0)"
JAVA_NAME="JavaMail 1.6.5 (Java $(java -version 2>&1 | sed -n '1s/.*"\(.*\)".*/\1/p'))"
POSTFIX_NAME="Postfix $(postconf -h mail_version)"
EXIM_NAME="Exim 4.96 (GnuTLS)"
BUSYBOX_NAME="busybox nc"

# s_client HOST EHLO SERVER:PORT [OPTIONS...]: STARTTLS, one message, QUIT
s_client() {
    local host=$1 ehlo=$2 server=$3; shift 3
    from "$host" "${PROGRAM:-$OPENSSL_NAME}" bash "$MAKE/clients/s_client.sh" "$WORK/any.cnf" "$ehlo" "$server" \
        -CAfile "$WORK/ca/trusted.pem" "$@"
}

# curl_mail HOST EHLO URL [OPTIONS...]
curl_mail() {
    local host=$1 ehlo=$2 url=$3; shift 3
    from "$host" "$CURL_NAME" env OPENSSL_CONF="${CONF:-$WORK/any.cnf}" /usr/bin/curl -sS --max-time 15 "$url/$ehlo" \
        --cacert "$WORK/ca/trusted.pem" --mail-from "$USER_NAME" --mail-rcpt "$TO" --upload-file "$WORK/message" "$@"
}

# swaks_mail HOST EHLO SERVER PORT [OPTIONS...]
swaks_mail() {
    local host=$1 ehlo=$2 server=$3 port=$4; shift 4
    from "$host" "$SWAKS_NAME" env OPENSSL_CONF="${CONF:-$WORK/any.cnf}" swaks --server "$server" --port "$port" \
        --helo "$ehlo" --from "$USER_NAME" --to "$TO" --header 'Subject: test' --body 'One line of test text.' \
        --timeout 10 "$@"
}

# msmtp_mail HOST EHLO SERVER PORT PRIORITY [AUTH on|off] [STARTTLS on|off]
msmtp_mail() {
    local host=$1 ehlo=$2 server=$3 port=$4 priority=$5 auth=${6:-on} starttls=${7:-on}
    cat >"$WORK/msmtprc" <<CF
account default
host $server
port $port
domain $ehlo
from $USER_NAME
auth $auth
user $USER_NAME
password $PASSWORD
tls $( [ "$priority" = off ] && echo off || echo on)
tls_starttls $starttls
tls_trust_file $WORK/ca/trusted.pem
$( [ "$priority" = off ] || echo "tls_priorities $priority")
timeout 10
CF
    chmod 600 "$WORK/msmtprc"
    from "$host" "$MSMTP_NAME" sh -c "msmtp -C '$WORK/msmtprc' $TO <'$WORK/message'"
}

# smtplib_mail HOST EHLO SERVER PORT OPTIONS...
smtplib_mail() {
    local host=$1; shift
    from "$host" "$PYTHON_NAME" env OPENSSL_CONF="$WORK/any.cnf" /usr/bin/python3 "$MAKE/clients/send_smtplib.py" \
        --ca "$WORK/ca/trusted.pem" "$@"
}

# nodemailer_mail HOST EHLO SERVER PORT MIN MAX
nodemailer_mail() {
    local host=$1; shift
    from "$host" "$NODEMAILER_NAME" env NODE_PATH="$TOOLS/node_modules" NODE_EXTRA_CA_CERTS="$WORK/ca/trusted.pem" \
        "$(command -v node)" --tls-cipher-list=ALL:@SECLEVEL=0 "$MAKE/clients/send_nodemailer.js" "$@"
}

# node24_mail HOST EHLO SERVER PORT MIN MAX
node24_mail() {
    local host=$1; shift
    from "$host" "$NODE24_NAME" env NODE_PATH="$TOOLS/node_modules" NODE_EXTRA_CA_CERTS="$WORK/ca/trusted.pem" \
        "$TOOLS/node-24/bin/node" "$MAKE/clients/send_nodemailer.js" "$@"
}

# old_node_mail HOST EHLO SERVER PORT SECURE_PROTOCOL [CIPHERS]
old_node_mail() {
    local host=$1; shift
    from "$host" "$OLD_NODE_NAME" "$TOOLS/node-0.10/bin/node" \
        "$MAKE/clients/old_node_starttls.js" "$@"
}

# older_node_mail: the same with Node.js 0.8
older_node_mail() {
    local host=$1; shift
    from "$host" "$OLDER_NODE_NAME" "$TOOLS/node-0.8/bin/node" "$MAKE/clients/old_node_starttls.js" "$@"
}

# java_mail HOST EHLO SERVER PORT PROTOCOLS [auth]
java_mail() {
    local host=$1; shift
    from "$host" "$JAVA_NAME" java -Xshare:auto -Djava.security.properties="$WORK/java.security" \
        -cp "$TOOLS/java:$JAVA_MAIL" SendMail "$@"
}

# raw HOST PROGRAM SERVER PORT LINE...: lines as they are, each after the answer to the one before
raw() {
    local host=$1 program=$2; shift 2
    from "$host" "$program" /usr/bin/python3 "$MAKE/clients/raw_lines.py" "$@"
}

THUNDERBIRD_NAME="Thunderbird $(dpkg-query -W -f '${Version}' thunderbird | sed 's/^1://; s/-.*//; s/~.*//')"

# thunderbird_mail HOST OPENSSL_CONF SERVER PORT [--trust FILE] [--min N] [--max N]
thunderbird_mail() {
    local host=$1 conf=$2 server=$3 port=$4; shift 4
    LONGER=100 from "$host" "$THUNDERBIRD_NAME" env OPENSSL_CONF="$WORK/$conf.cnf" "$TOOLS/python/bin/python" \
        "$MAKE/clients/thunderbird.py" --profile "$(mktemp -du "$WORK/profile.XXXXXX")" "$@" "$server" "$port"
}

# ---- mail servers as senders ----------------------------------------------------------------------------

# sender_instance NAME HOST HOSTNAME [PARAMETER...]: a Postfix that sends to the MX of the DNS; TLS 1.0 unless told otherwise
sender_instance() {
    local name=$1 host=$2 hostname=$3 parameter; shift 3
    postfix_instance "$name" "$host" "$hostname"
    cat >>"$WORK/$name/conf/main.cf" <<CF
default_transport = smtp
smtp_tls_security_level = may
smtp_host_lookup = dns
inet_protocols = ipv4
# Postfix goes back to cleartext only with mail that waited this long: minutes in reality, seconds here.
minimal_backoff_time = 2s
maximal_backoff_time = 3s
queue_run_delay = 2s
smtp_tls_protocols = TLSv1
smtp_tls_CAfile = $WORK/ca/trusted.pem
CF
    for parameter in "$@"; do echo "$parameter" >>"$WORK/$name/conf/main.cf"; done
}

# send_through HOST INSTANCE PROGRAM RECIPIENT: one message into the queue, and time for it to go
send_through() {
    local host=$1 instance=$2 program=$3 recipient=$4
    [ -e "$WORK/$instance/started" ] || { postfix_start "$instance" "$host"; touch "$WORK/$instance/started"; }
    from "$host" "$program" bash -c "printf 'Subject: test\n\nOne line of test text.\n' |
        /usr/sbin/sendmail -C '$WORK/$instance/conf' -f $USER_NAME $recipient; sleep ${WAIT:-3}"
}

sender_stop() { postfix -c "$WORK/$1/conf" stop >/dev/null 2>&1 || true; }

# exim_mail HOST HOSTNAME SERVER TLS_PRIORITIES: Exim is only unpacked, so its user is added to a copy of /etc/passwd
exim_mail() {
    local host=$1 hostname=$2 server=$3 priorities=$4 dir=$WORK/exim
    mkdir -p "$dir/spool"
    { cat /etc/passwd; echo "Debian-exim:x:65533:65533::$dir/spool:/usr/sbin/nologin"; } >"$WORK/passwd"
    { cat /etc/group; echo "Debian-exim:x:65533:"; } >"$WORK/group"
    chmod 644 "$WORK/passwd" "$WORK/group"
    chown -R 65533:65533 "$dir"
    cat >"$dir/exim.conf" <<CF
exim_path = $TOOLS/exim/usr/sbin/exim4
keep_environment =
primary_hostname = $hostname
spool_directory = $dir/spool
log_file_path = $dir/%slog
exim_user = Debian-exim
exim_group = Debian-exim
trusted_users = root
never_users =
begin routers
all:
  driver = manualroute
  route_list = * $server
  transport = remote
  no_more
begin transports
remote:
  driver = smtp
  hosts_try_fastopen =
  tls_require_ciphers = $priorities
  tls_try_verify_hosts =
  dnssec_request_domains =
begin retry
* * F,1h,15m
CF
    from "$host" "$EXIM_NAME" unshare -m bash -c "mount --bind '$WORK/passwd' /etc/passwd; mount --bind '$WORK/group' /etc/group
        printf 'Subject: test\n\nOne line of test text.\n' |
        '$TOOLS/exim/usr/sbin/exim4' -C '$dir/exim.conf' -odf -f $USER_NAME $TO; cat '$dir/mainlog'"
}
