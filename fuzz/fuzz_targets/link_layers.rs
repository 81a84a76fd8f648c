//! A frame of any link type: the first look never drops what the decoder would follow, and offsets lie in the frame.

#![no_main]

use libfuzzer_sys::fuzz_target;
use tlstally::packet::{Decoded, Interest, LinkType, PortSet, decode, may_matter};
use tlstally_fuzz::Input;

fuzz_target!(|data: &[u8]| {
    let mut input = Input(data);
    let link = LinkType(input.u16());
    let longer = u32::from(input.u16());
    let frame = input.0;
    let mut mail = PortSet::none();
    [25, 465, 587, 2525]
        .into_iter()
        .for_each(|port| mail.insert(port));
    let interest = Interest::new(mail, PortSet::none());
    let decoded = decode(link, frame, frame.len() as u32 + longer, &interest);
    let followed = matches!(decoded, Decoded::Tcp(_) | Decoded::Fragment(_));
    assert!(
        !followed || may_matter(link, frame, &interest),
        "the first look dropped what is followed"
    );
    if let Decoded::Tcp(tcp) = decoded {
        let end = tcp.payload as usize + tcp.captured as usize;
        assert!(tcp.captured == 0 || end <= frame.len());
        assert!(tcp.header <= tcp.payload);
        assert!(tcp.captured <= tcp.length);
        let _ = (tcp.data(frame), tcp.checksum(frame), tcp.macs.source(frame));
    }
});
