//! From a captured frame to a TCP segment: link layers, tunnels, IP, fragments, TCP.
