# The same kind of session as a remote mirror delivers it: every frame of the gateway's port, packed into VXLAN.
# The capture is made where the mirror's tunnel arrives, so all of it is UDP 4789.

host scanner-3f 10.20.0.21
submission $TOLERANT
ip link add mirror-a type veth peer name mirror-b
ip link set mirror-a netns bridge
namespace collector
ip link set mirror-b netns collector
in_ns bridge ip addr add 172.16.99.1/30 dev mirror-a
in_ns collector ip addr add 172.16.99.2/30 dev mirror-b
no_offload bridge mirror-a
no_offload collector mirror-b
in_ns bridge ip link set mirror-a mtu 1700 up
in_ns collector ip link set mirror-b mtu 1700 up
in_ns bridge ip link add vxlan0 type vxlan id 42 local 172.16.99.1 remote 172.16.99.2 dstport 4789 dev mirror-a noudpcsum
in_ns bridge sysctl -qw net.ipv6.conf.vxlan0.disable_ipv6=1
in_ns bridge ip link set vxlan0 up
for hook in ingress egress; do
    [ $hook = ingress ] && in_ns bridge tc qdisc add dev port-gateway clsact
    in_ns bridge tc filter add dev port-gateway $hook protocol all u32 match u32 0 0 action mirred egress mirror dev vxlan0
done

MIRROR_NS=collector MIRROR_IF=mirror-b capture mirrored-vxlan.pcap udp port 4789
s_client scanner-3f SCANNER-3F smtp.office365.com:587 -tls1
SAY=quit s_client scanner-3f SCANNER-3F smtp.office365.com:587 -tls1_2
stop
in_ns bridge tc qdisc del dev port-gateway clsact
