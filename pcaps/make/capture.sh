# Starting and stopping a capture, and running a client in it. Sourced by record.sh.
# Beside each capture two tables are kept: who was run when, and what the servers logged.

CAPTURE_OPTIONS=()

# capture FILE [FILTER...]: FILE ends in .pcap (microseconds), .ns.pcap (nanoseconds) or .pcapng (nanoseconds too).
capture() {
    CAPTURE=$1; shift
    CAPTURE_STARTED=$(date +%s.%N)
    # Files are made in the work folder and moved when whole.
    case $CAPTURE in
        *.ns.pcap | *.pcapng) ip netns exec "${MIRROR_NS:-bridge}" tcpdump -U --immediate-mode -s 0 --time-stamp-precision=nano -i "${MIRROR_IF:-br0}" -w "$WORK/$CAPTURE" "$@" 2>"$WORK/tcpdump.err" & ;;
        *) ip netns exec "${MIRROR_NS:-bridge}" tcpdump -U --immediate-mode -s 0 -i "${MIRROR_IF:-br0}" -w "$WORK/$CAPTURE" "$@" 2>"$WORK/tcpdump.err" & ;;
    esac
    CAPTURE_PID=$!
    local i
    for i in $(seq 50); do
        grep -q 'listening on' "$WORK/tcpdump.err" && break
        sleep 0.1
    done
    sleep 0.2
    grep -v "^$CAPTURE	" "$NOTES/runs.tsv" >"$WORK/runs" 2>/dev/null
    cat "$WORK/runs" >"$NOTES/runs.tsv"
}

stop() {
    # Immediate mode, and this second: what is still in the kernel's ring when the program ends would be lost.
    sleep 1.1
    kill -TERM "$CAPTURE_PID"
    wait "$CAPTURE_PID" 2>/dev/null
    chmod 644 "$WORK/$CAPTURE"; chown 0:0 "$WORK/$CAPTURE"
    python3 "$MAKE/server_log.py" "$CAPTURE" "$WORK" >"$WORK/served"
    { grep -v "^$CAPTURE	" "$NOTES/server-log.tsv" 2>/dev/null; cat "$WORK/served"; } >"$WORK/served.all"
    cat "$WORK/served.all" >"$NOTES/server-log.tsv"
    rm -f "$WORK"/*_like.log "$WORK/ssl3.log"
    local log
    mkdir -p "$WORK/logs"
    for log in "$WORK"/*/mail.log; do
        [ -s "$log" ] && cp "$log" "$WORK/logs/$CAPTURE.$(basename "$(dirname "$log")").log"
        : >"$log"
    done
    case $CAPTURE in *.pcapng)
        editcap -F pcapng "$WORK/$CAPTURE" "$WORK/as.pcapng" 2>/dev/null
        mv "$WORK/as.pcapng" "$WORK/$CAPTURE" ;;
    esac
    mv "$WORK/$CAPTURE" "$OUT/$CAPTURE"
    echo "$CAPTURE: $(stat -c %s "$OUT/$CAPTURE") bytes, $(wc -l <"$WORK/served") sessions in the servers' logs" >&2
}

# from HOST PROGRAM COMMAND...: runs the command in the host's namespace, never longer than 30 (or LONGER) seconds.
from() {
    local host=$1 program=$2 begin; shift 2
    begin=$(date +%s.%N)
    in_ns "$host" timeout -k 1 "${LONGER:-30}" "$@" >>"$WORK/clients.log" 2>&1 </dev/null || true
    local address
    for address in ${ADDRESS[$host]}; do
        printf '%s\t%s\t%s\t%s\t%s\n' "$CAPTURE" "$begin" "$(date +%s.%N)" "$address" "$program" >>"$NOTES/runs.tsv"
    done
}
