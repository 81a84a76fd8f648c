//! From a captured frame to a TCP segment: link layers, tunnels, IP, fragments, TCP.

/// A LINKTYPE_ value of the registry at <https://www.tcpdump.org/linktypes.html>; open, since captures hold others too.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct LinkType(pub u16);
