//! What holds for whole frames: any encapsulation, any link, any order, any bytes.

mod encapsulation;
mod fragmentation;
mod length;
mod property;
mod reasons;

use super::*;

/// SMTP, and DNS.
fn interest() -> Interest {
    Interest::new(
        [25, 465, 587, 2525].into_iter().collect(),
        [53].into_iter().collect(),
    )
}

fn everything() -> Interest {
    Interest::new(PortSet::all(), PortSet::all())
}

fn look(link: LinkType, bytes: &[u8]) -> Decoded {
    decode(link, bytes, bytes.len() as u32, &interest())
}

/// What must not change on the way: everything but the offsets.
fn essence(decoded: &Decoded, bytes: &[u8]) -> String {
    let Decoded::Tcp(tcp) = decoded else {
        return format!("{decoded:?}");
    };
    let bare = Tcp {
        header: 0,
        payload: tcp.payload - tcp.header,
        macs: Macs::default(),
        ..*tcp
    };
    format!(
        "{bare:?} {:?} {:02x?}",
        tcp.checksum(bytes),
        tcp.data(bytes)
    )
}

fn bare(packet: &[u8]) -> String {
    essence(&look(LinkType::RAW, packet), packet)
}
