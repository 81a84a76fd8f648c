# The network of the recordings. Sourced by record.sh, which already runs in a network namespace of its own
# without any uplink, so nothing here can reach anything else.
#
#   internal hosts --+                                    +-- Exchange Online's addresses
#   10.20.0.0/24     |  bridge (here tcpdump listens,     |   52.96.x 40.9x.x 52.101.x 104.47.x
#   192.168.40.0/24  +- as behind a SPAN port)  -- gateway +   2603:1036::  2a01:111:f403::
#   fd20:7a11:1::/64 |                                    +-- another provider 203.0.113.25
#   dns 10.20.0.53 --+
#
# Offloads are off, so that the captures hold packets as a wire would carry them, with valid checksums.

GATEWAY4=10.20.0.1
GATEWAY4_BRANCH=192.168.40.1
GATEWAY6=fd20:7a11:1::1
DNS=10.20.0.53

in_ns() { local ns=$1; shift; ip netns exec "$ns" "$@"; }

quiet_ipv6() { # no duplicate address detection, no router discovery: less noise in small captures
    in_ns "$1" sysctl -qw net.ipv6.conf.all.accept_dad=0 net.ipv6.conf.default.accept_dad=0 \
        net.ipv6.conf.default.accept_ra=0 net.ipv6.conf.default.router_solicitations=0
}

no_offload() { in_ns "$1" ethtool -K "$2" tx off rx off sg off tso off gso off gro off >/dev/null 2>&1 || true; }

mac_of() { # 10.20.0.21 -> 02:00:0a:14:00:15, the same at every recording
    local IFS=.
    # shellcheck disable=SC2086
    printf '02:00:%02x:%02x:%02x:%02x' $1
}

namespace() { ip netns add "$1"; quiet_ipv6 "$1"; in_ns "$1" ip link set lo up; }

plug() { # NAMESPACE MAC: a cable from the namespace's eth0 to the bridge
    local ns=$1 mac=$2 port="port-$1"
    ip link add "${port:0:15}" type veth peer name "tmp-eth0"
    ip link set "tmp-eth0" netns "$ns"
    ip link set "${port:0:15}" netns bridge
    in_ns "$ns" ip link set "tmp-eth0" name eth0 address "$mac"
    in_ns bridge sysctl -qw "net.ipv6.conf.${port:0:15}.disable_ipv6=1"
    in_ns bridge ip link set "${port:0:15}" master br0 up
    no_offload "$ns" eth0
    no_offload bridge "${port:0:15}"
    in_ns "$ns" ip link set eth0 up
}

# host NAME IPv4 [IPv6]: an internal host. Without IPv4 ("-") it has IPv6 only; "dhcp:ADDRESS" asks for it.
host() {
    local name=$1 v4=$2 v6=${3:-} gateway=$GATEWAY4
    if [ -e "/run/netns/$name" ]; then
        # known from an earlier scenario, perhaps without IPv6
        [ -z "$v6" ] || [[ ${ADDRESS[$name]} == *:* ]] || add_ipv6 "$name" "$v6"
        return
    fi
    namespace "$name"
    case $v4 in 192.168.40.*) gateway=$GATEWAY4_BRANCH ;; esac
    case $v4 in
        -) plug "$name" "02:00:fd:20:7a:$(printf %02x $((16#${v6##*:} & 255)))" ;;
        dhcp:*) plug "$name" "$(mac_of "${v4#dhcp:}")"; ADDRESS[$name]=${v4#dhcp:} ;;
        *)
            plug "$name" "$(mac_of "$v4")"
            in_ns "$name" ip addr add "$v4/24" dev eth0
            in_ns "$name" ip route add default via "$gateway"
            ADDRESS[$name]=$v4 ;;
    esac
    [ -z "$v6" ] || add_ipv6 "$name" "$v6"
}

add_ipv6() { # NAME IPv6
    in_ns "$1" ip addr add "$2/64" dev eth0 nodad
    in_ns "$1" ip -6 route add default via "$GATEWAY6"
    ADDRESS[$1]="${ADDRESS[$1]:-} $2"
}

declare -A ADDRESS

# lease NAME HOSTNAME: the host asks for its address by DHCP and tells its name (option 12).
lease() {
    in_ns "$1" busybox udhcpc -i eth0 -n -q -t 4 -T 1 -x "hostname:$2" -s "$WORK/udhcpc.sh" >/dev/null 2>&1
}

SUBMISSION6=2603:1036:302:4050::2
MX6=2a01:111:f403:c110::1

build_network() {
    namespace bridge
    in_ns bridge ip link add br0 type bridge stp_state 0 mcast_snooping 0 forward_delay 0
    in_ns bridge sysctl -qw net.ipv6.conf.br0.disable_ipv6=1
    in_ns bridge ip link set br0 up

    namespace gateway
    plug gateway "$(mac_of $GATEWAY4)"
    in_ns gateway ip addr add $GATEWAY4/24 dev eth0
    in_ns gateway ip addr add $GATEWAY4_BRANCH/24 dev eth0
    in_ns gateway ip addr add $GATEWAY6/64 dev eth0 nodad
    in_ns gateway sysctl -qw net.ipv4.ip_forward=1 net.ipv6.conf.all.forwarding=1

    namespace internet
    ip link add tmp-a type veth peer name tmp-b
    ip link set tmp-a netns gateway
    ip link set tmp-b netns internet
    in_ns gateway ip link set tmp-a name eth1 address 02:00:c6:33:64:01
    in_ns internet ip link set tmp-b name eth0 address 02:00:c6:33:64:02
    no_offload gateway eth1
    no_offload internet eth0
    in_ns gateway ip addr add 198.51.100.1/30 dev eth1
    in_ns gateway ip addr add 2001:db8:ffff::1/64 dev eth1 nodad
    in_ns internet ip addr add 198.51.100.2/30 dev eth0
    in_ns internet ip addr add 2001:db8:ffff::2/64 dev eth0 nodad
    in_ns gateway ip link set eth1 up
    in_ns internet ip link set eth0 up
    in_ns gateway ip route add default via 198.51.100.2
    in_ns gateway ip -6 route add default via 2001:db8:ffff::2
    in_ns internet ip route add default via 198.51.100.1
    in_ns internet ip -6 route add fd20:7a11:1::/64 via 2001:db8:ffff::1
    local address
    for address in $SERVER_ADDRESSES; do
        case $address in
            *:*) in_ns internet ip addr add "$address/128" dev lo nodad ;;
            *) in_ns internet ip addr add "$address/32" dev lo ;;
        esac
    done

    host dns $DNS
    cat >"$WORK/udhcpc.sh" <<'SCRIPT'
#!/bin/sh
# what busybox udhcpc runs when the lease is there
[ "$1" = bound ] || exit 0
ip addr add "$ip/24" dev "$interface"
ip route add default via "$router"
SCRIPT
    chmod +x "$WORK/udhcpc.sh"
    printf 'nameserver %s\noptions timeout:2 attempts:1\n' $DNS >"$WORK/resolv.conf"
    printf '127.0.0.1 localhost\n::1 localhost\n' >"$WORK/hosts"
    mount --bind "$WORK/resolv.conf" /etc/resolv.conf
    mount --bind "$WORK/hosts" /etc/hosts
}

# ---- names ----------------------------------------------------------------------------------------------

# name NAME ADDRESS...: what the DNS answers from now on (front ends change from capture to capture).
declare -A NAMES
name() {
    local name=$1; shift
    NAMES[$name]="$*"
    local key address
    for key in "${!NAMES[@]}"; do
        for address in ${NAMES[$key]}; do echo "$address $key"; done
    done >"$WORK/names"
    [ -s "$WORK/dnsmasq.pid" ] && kill -HUP "$(cat "$WORK/dnsmasq.pid")" && sleep 0.1
    return 0
}

# submission ADDRESS...: the front end behind smtp.office365.com, at the end of the usual chain of aliases.
submission() { name mdw-efz.ms-acdc.office.com "$@"; }

start_dns() {
    : >"$WORK/names"
    local pid="$WORK/dnsmasq.pid"
    in_ns dns dnsmasq --keep-in-foreground --conf-file=/dev/null --pid-file="$pid" --user=root \
        --no-resolv --no-hosts --addn-hosts="$WORK/names" --local-ttl=60 \
        --local=/com/ --local=/example/ --local=/microsoft/ --local=/office.com/ \
        --cname=smtp.office365.com,outlook.office365.com,outlook.cloud.microsoft,60 \
        --cname=outlook.cloud.microsoft,acdcatm.outlook.mira.tm.svc.cloud.microsoft,outlook.ms-acdc.office.com,60 \
        --cname=outlook.ms-acdc.office.com,mdw-efz.ms-acdc.office.com,60 \
        --mx-host=contoso.example,contoso-com.mail.protection.outlook.com,0 \
        --mx-host=fabrikam.example,fabrikam-com.mail.protection.outlook.com,0 \
        --dhcp-range=10.20.0.0,static,255.255.255.0,1h --dhcp-leasefile=/dev/null --dhcp-authoritative \
        --dhcp-option=option:router,$GATEWAY4 --dhcp-option=option:dns-server,$DNS \
        --dhcp-host=02:00:0a:14:00:17,10.20.0.23 --dhcp-host=02:00:0a:14:00:1d,10.20.0.29 \
        --interface=eth0 >"$WORK/dnsmasq.log" 2>&1 &
    sleep 0.5
}
