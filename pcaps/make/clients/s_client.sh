#!/bin/bash
# openssl s_client with STARTTLS and then one message, line by line, as a device would.
#   s_client.sh OPENSSL_CONF EHLO SERVER:PORT [s_client options]; AUTH=PLAIN adds AUTH, IMPLICIT=1 leaves STARTTLS out,
#   SAY=quit only says QUIT
export OPENSSL_CONF=$1
ehlo=$2 server=$3
shift 3
say() { sleep "${PAUSE:-0.15}"; printf '%s\r\n' "$1"; }
talk() {
    sleep 0.4
    if [ "${SAY:-mail}" = mail ]; then
        say "EHLO $ehlo"
        if [ -n "${AUTH:-}" ]; then
            say "AUTH PLAIN $(printf '\0scanner@contoso.example\0%s' "$AUTH" | base64)"
        fi
        say 'MAIL FROM:<scanner@contoso.example>'
        say 'RCPT TO:<printroom@contoso.example>'
        say 'DATA'
        say 'Subject: test'
        say ''
        say 'One line of test text.'
        say '.'
    fi
    say 'QUIT'
    sleep 0.3
}
starttls=(-starttls smtp -name "$ehlo")
[ -n "${IMPLICIT:-}" ] && starttls=()
talk | openssl s_client -quiet -connect "$server" "${starttls[@]}" "$@"
