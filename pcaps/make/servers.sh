# The servers of the recordings. Sourced by record.sh.
#
# Postfix plays Exchange Online's front ends wherever it can; each address behaves in one way. What Postfix cannot
# say (421 4.7.66 after AUTH, a reset after the hello, 454 after STARTTLS) comes from exchange_like.py.

TOLERANT=52.96.10.18        # TLS 1.0 to 1.3, AUTH accepted: the service of 2018, and a witness by its log
STRICT=52.97.133.162        # TLS 1.2 and 1.3, only the suites that Exchange Online accepts since October 2025
UPTO12=52.96.10.19          # TLS 1.0 to 1.2
SHIELDED=52.96.88.34        # as TOLERANT, but with the certificate of an intercepting proxy
LEGACY=52.96.121.66         # smtp-legacy.office365.com
RETIRED=40.101.12.98        # smtp-emea.outlook.com
CLEAR_AUTH=52.98.171.226    # offers AUTH before TLS (the real service does not; a filter in between may)
AUTH_421=40.99.150.34       # 421 4.7.66 after AUTH below TLS 1.2
AUTH_535=40.99.150.35       # AUTH refused
RESETS=40.96.31.82          # resets the connection after a hello below TLS 1.2
CLOSES=40.96.31.83          # closes it instead
REFUSES=40.97.120.50        # 454 after STARTTLS
SILENT=40.97.120.51         # never answers a ClientHello
NO_STARTTLS=40.98.76.114    # does not offer STARTTLS
SSL3=52.99.50.2             # answers SSL 3.0 (tlslite-ng)
MX_TOLERANT=104.47.11.10    # MX, TLS 1.0 to 1.3
MX_STRICT=52.101.68.16      # MX, TLS 1.2 and 1.3 only
MX_REQUIRED=52.101.42.3     # MX, as above, and mail without STARTTLS is refused
SENDER=40.92.20.41          # Exchange Online as a sender
PROVIDER=203.0.113.25       # not Exchange Online: another provider with 465 and 2525
WEB=203.0.113.80            # a web server, for other traffic

SERVER_ADDRESSES="$TOLERANT $STRICT $UPTO12 $SHIELDED $LEGACY $RETIRED $CLEAR_AUTH $AUTH_421 $AUTH_535 $RESETS
    $CLOSES $REFUSES $SILENT $NO_STARTTLS $SSL3 $MX_TOLERANT $MX_STRICT $MX_REQUIRED $SENDER $PROVIDER $WEB
    $SUBMISSION6 $MX6"

EXCHANGE_SUITES=ECDHE-RSA-AES256-GCM-SHA384:ECDHE-RSA-AES128-GCM-SHA256:ECDHE-RSA-AES256-SHA384:ECDHE-RSA-AES128-SHA256

# postfix_instance NAME NAMESPACE HOSTNAME: a main.cf of its own; then `listen` lines, then postfix_start.
postfix_instance() {
    local dir=$WORK/$1
    mkdir -p "$dir/spool" "$dir/data" "$dir/conf"
    chown postfix "$dir/data"
    cat >"$dir/conf/main.cf" <<CF
compatibility_level = 3.6
queue_directory = $dir/spool
data_directory = $dir/data
mail_owner = postfix
myhostname = $3
mydestination =
inet_interfaces = all
inet_protocols = all
maillog_file = $dir/mail.log
maillog_file_prefixes = $WORK
alias_maps =
alias_database =
local_recipient_maps =
mynetworks = 0.0.0.0/0 [::]/0
smtpd_relay_restrictions = permit_mynetworks, reject
default_transport = discard:taken
local_transport = discard:taken
disable_dns_lookups = no
smtpd_peername_lookup = no
disable_vrfy_command = yes
smtpd_discard_ehlo_keywords = etrn
notify_classes =
smtpd_client_port_logging = yes
smtpd_tls_loglevel = 1
smtp_tls_loglevel = 1
smtpd_tls_security_level = may
smtpd_tls_auth_only = yes
smtpd_tls_protocols = >=TLSv1
smtpd_tls_mandatory_protocols = >=TLSv1
smtpd_tls_ciphers = medium
smtpd_tls_mandatory_ciphers = medium
tls_medium_cipherlist = ALL:@SECLEVEL=0
tls_eecdh_auto_curves = X25519 prime256v1 secp384r1
smtpd_sasl_type = dovecot
smtpd_sasl_path = $WORK/dovecot/auth-client
message_size_limit = 157286400
smtpd_forbid_bare_newline = no
max_idle = 5s
smtp_connect_timeout = 5s
smtp_starttls_timeout = 5s
CF
    cat >"$dir/conf/master.cf" <<CF
postlog unix-dgram n - n - 1 postlogd
pickup unix n - n 60 1 pickup
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
tlsmgr unix - - n 1000? 1 tlsmgr
discard unix - - n - - discard
smtp unix - - n - - smtp
retry unix - - n - - error
error unix - - n - - error
anvil unix - - n - 1 anvil
proxymap unix - - n - - proxymap
CF
}

# listen INSTANCE ADDRESS:PORT BANNER_HOST CERTIFICATE [PARAMETER=VALUE...]
listen() {
    local instance=$1 where=$2 banner=$3 certificate=$4 parameter
    shift 4
    {
        echo "$where inet n - n - - smtpd"
        echo "  -o { smtpd_banner = $banner Microsoft ESMTP MAIL Service ready at $(LC_ALL=C date -u '+%a, %-d %b %Y %T +0000') [08DE29$(head -c5 /dev/urandom | od -An -tx1 | tr -d ' \n' | tr a-f A-F)] }"
        echo "  -o myhostname=$banner"
        echo "  -o smtpd_tls_chain_files=$WORK/ca/$certificate.pem"
        for parameter in "$@"; do echo "  -o { $parameter }"; done
    } >>"$WORK/$instance/conf/master.cf"
}

postfix_start() { # INSTANCE NAMESPACE
    in_ns "$2" postfix -c "$WORK/$1/conf" start >"$WORK/$1/start.log" 2>&1 || { cat "$WORK/$1/start.log" >&2; return 1; }
}

start_dovecot() { # only its SASL service, as Postfix uses it
    local dir=$WORK/dovecot
    mkdir -p "$dir"
    cat >"$dir/dovecot.conf" <<CF
base_dir = $dir/run
state_dir = $dir/state
log_path = $dir/log
protocols =
ssl = no
disable_plaintext_auth = no
auth_mechanisms = plain login
passdb {
  driver = static
  args = password=not-a-secret
}
userdb {
  driver = static
  args = uid=nobody gid=nogroup home=/nonexistent
}
service auth {
  unix_listener $dir/auth-client {
    mode = 0666
  }
}
CF
    in_ns internet dovecot -c "$dir/dovecot.conf" >"$dir/start.log" 2>&1 || cat "$dir/start.log" >&2
}

start_servers() {
    start_dovecot
    postfix_instance exchange internet MN2PR01CA0065.outlook.office365.com
    local sub=outlook.office365.com mx=mail.protection.outlook.com auth=smtpd_sasl_auth_enable=yes
    local strict=("smtpd_tls_protocols = >=TLSv1.2" "tls_medium_cipherlist = $EXCHANGE_SUITES")
    local port
    for port in 587 25; do
        listen exchange $TOLERANT:$port MN2PR01CA0065.$sub submission $auth
        listen exchange $STRICT:$port BE1P281CA0440.$sub submission $auth "${strict[@]}"
    done
    listen exchange "[$SUBMISSION6]:587" FR3P281CA0110.$sub submission $auth smtpd_tls_ask_ccert=yes
    listen exchange $UPTO12:587 MN2PR01CA0071.$sub submission $auth "smtpd_tls_protocols = >=TLSv1, <=TLSv1.2"
    listen exchange $SHIELDED:587 LO4P123CA0032.$sub shielded $auth "smtpd_tls_protocols = >=TLSv1, <=TLSv1.2"
    listen exchange $LEGACY:587 AM8P191CA0024.$sub submission $auth
    listen exchange $RETIRED:587 AM0PR02CA0117.$sub submission $auth
    listen exchange $CLEAR_AUTH:587 ZR0P278CA0137.$sub submission $auth smtpd_tls_auth_only=no
    listen exchange $MX_TOLERANT:25 SN1NAM02FT0049.$mx mx
    listen exchange $MX_STRICT:25 SJ5PEPF000001F2.$mx mx "${strict[@]}"
    listen exchange $MX_REQUIRED:25 VI1EUR04FT012.$mx mx "${strict[@]}" smtpd_tls_security_level=encrypt
    listen exchange "[$MX6]:25" DB5EUR03FT038.$mx mx "${strict[@]}"
    listen exchange $PROVIDER:465 mail.provider.example provider $auth smtpd_tls_wrappermode=yes
    listen exchange $PROVIDER:587 mail.provider.example provider $auth
    listen exchange $PROVIDER:2525 mail.provider.example provider $auth
    postfix_start exchange internet

    in_ns internet env OPENSSL_CONF="$WORK/any.cnf" /usr/bin/python3 "$MAKE/servers/exchange_like.py" \
        --certificate "$WORK/ca/submission.pem" --log "$WORK/exchange_like.log" \
        $AUTH_421:587=legacy-421 $AUTH_535:587=deny-auth $RESETS:587=reset $CLOSES:587=close \
        $REFUSES:587=refuse-454 $SILENT:587=silent $NO_STARTTLS:587=no-starttls >"$WORK/exchange_like.err" 2>&1 &
    in_ns internet "$TOOLS/python/bin/python" "$MAKE/servers/ssl3_server.py" \
        --certificate "$WORK/ca/submission.crt" --key "$WORK/ca/submission.key" --log "$WORK/ssl3.log" \
        $SSL3 587 >"$WORK/ssl3.err" 2>&1 &
    mkdir -p "$WORK/www"
    echo 'a web page' >"$WORK/www/index.html"
    in_ns internet busybox httpd -f -p $WEB:80 -h "$WORK/www" &
    sleep 1
}
