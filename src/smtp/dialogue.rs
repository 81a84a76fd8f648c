//! Both directions of one connection, read side by side.

use super::client::ClientSide;
use super::joint::Joint;
use super::server::ServerSide;
use crate::piece::Piece;
use crate::session::Side;

/// What is said on one connection. Feed it the ordered pieces of both directions, in any interleaving.
#[derive(Debug, Default)]
pub struct Dialogue {
    /// The client's direction, once it has brought bytes.
    pub client: Option<Box<ClientSide>>,
    /// The server's direction, once it has brought bytes.
    pub server: Option<Box<ServerSide>>,
    /// What both know together.
    pub joint: Joint,
}

impl Dialogue {
    /// The next piece from `side`; `whole` tells whether this direction is seen from its true beginning.
    pub fn push(&mut self, side: Side, piece: &Piece<'_>, whole: bool) {
        match side {
            Side::Client => self.push_client(piece, whole),
            Side::Server => self.push_server(piece, whole),
        }
    }

    /// No more bytes will come.
    pub fn finish(&mut self) {
        if let Some(client) = &mut self.client {
            client.finish();
        }
        if let Some(server) = &mut self.server {
            server.finish();
        }
    }

    /// Bytes of memory held for TLS messages that are not whole yet, both directions together.
    pub fn held(&self) -> usize {
        let client = self.client.as_ref().map_or(0, |side| side.tls.held());
        client + self.server.as_ref().map_or(0, |side| side.tls.held())
    }

    /// Goes on without what is held for them.
    pub fn let_go(&mut self) {
        if let Some(client) = &mut self.client {
            client.tls.let_go();
        }
        if let Some(server) = &mut self.server {
            server.tls.let_go();
        }
    }

    /// Nothing that could still come from `side` would change what is known.
    pub fn is_decided(&self, side: Side) -> bool {
        match side {
            Side::Client => self.client.as_ref().is_some_and(|side| side.is_decided()),
            Side::Server => self.server.as_ref().is_some_and(|side| side.is_decided()),
        }
    }

    /// Where both Finished of TLS 1.2 or older end, in bytes from the first TLS byte of the client's direction and of
    /// the server's.
    pub fn finished_ends(&self) -> Option<(u64, Option<u64>)> {
        let client = self.client.as_ref()?.tls.facts()?;
        let server = self.server.as_ref()?.tls.facts()?;
        let known = client.finished && server.finished && !client.begun_late && !server.begun_late;
        known.then_some((client.finished_end, Some(server.finished_end)))
    }

    /// Bytes of TLS that `side` had brought with the piece in which it began.
    pub fn tls_begun_with(&self, side: Side) -> Option<u32> {
        match side {
            Side::Client => self.client.as_ref()?.tls.begun_with(),
            Side::Server => self.server.as_ref()?.tls.begun_with(),
        }
    }

    fn push_client(&mut self, piece: &Piece<'_>, whole: bool) {
        let client = self.client.get_or_insert_with(|| {
            if !whole {
                self.joint.client_joined_late();
            }
            Box::new(ClientSide::new(whole))
        });
        match piece {
            Piece::Bytes(bytes, time) => client.push(bytes, *time, &mut self.joint),
            Piece::Gap(length) => {
                client.gap(*length);
                self.joint.lose_count();
            }
        }
    }

    fn push_server(&mut self, piece: &Piece<'_>, whole: bool) {
        let server = self.server.get_or_insert_with(|| {
            if !whole {
                self.joint.server_joined_late();
            }
            Box::new(ServerSide::new(whole))
        });
        match piece {
            Piece::Bytes(bytes, time) => server.push(bytes, *time, &mut self.joint),
            Piece::Gap(length) => {
                server.gap(*length);
                self.joint.lose_count();
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::time::Timestamp;

    /// What the client said, read in pieces of `size` bytes.
    fn client(bytes: &[u8], size: usize) -> String {
        let mut dialogue = Dialogue::default();
        for piece in bytes.chunks(size) {
            dialogue.push(Side::Client, &Piece::Bytes(piece, Timestamp(0)), true);
        }
        dialogue.finish();
        format!("{:?}", dialogue.client.unwrap().facts)
    }

    fn same_in_any_pieces(bytes: &[u8]) -> String {
        let whole = client(bytes, bytes.len());
        for size in 1..bytes.len() {
            assert_eq!(client(bytes, size), whole, "{size} bytes a piece");
        }
        whole
    }

    /// 0xae could begin an SSL 2.0 record, so it is held back until the next bytes say that it does not.
    #[test]
    fn a_line_is_a_line_whatever_was_held_back_before_it() {
        let told = same_in_any_pieces(b"\xae\n\xae\nMAIL FROM:<a@contoso.example>\r\nQUIT\r\n");
        assert!(told.contains("transacted: true"), "{told}");
    }

    /// What a server says behind an alert is read, wherever the two are cut.
    #[test]
    fn text_behind_an_alert_is_a_line_in_any_pieces() {
        let bytes = [&[21, 3, 1, 0, 2, 1, 10][..], b"220 a.example\r\n"].concat();
        let told = |size: usize| {
            let mut dialogue = Dialogue::default();
            for piece in bytes.chunks(size) {
                dialogue.push(Side::Server, &Piece::Bytes(piece, Timestamp(0)), true);
            }
            format!("{:?}", dialogue.server.unwrap().facts)
        };
        assert!(told(bytes.len()).contains("replies: 1"));
        for size in 1..bytes.len() {
            assert_eq!(told(size), told(bytes.len()), "{size} bytes a piece");
        }
    }

    /// RFC 5321 section 4.1.1.4: without 354 what follows DATA is the next command. Here no reply was seen at all.
    #[test]
    fn what_follows_data_is_told_by_its_whole_first_line() {
        let refused = b"EHLO a.example\r\nDATA\r\nMAIL FROM:<a@contoso.example>\r\nSTARTTLS\r\n";
        let told = same_in_any_pieces(refused);
        assert!(told.contains("Starttls"), "{told}");
        let content = b"EHLO a.example\r\nDATA\r\nSubject: a\r\n\r\nSTARTTLS\r\n.\r\nQUIT\r\n";
        let told = same_in_any_pieces(content);
        assert!(told.contains("asked_tls: None"), "{told}");
    }

    /// One segment may be as long as an offloading card makes it, and a datagram in fragments 64 KiB.
    #[test]
    fn any_number_of_commands_behind_data_in_one_segment() {
        const TIMES: usize = 100_000;
        let bytes = b"DATA\nRSET\n".repeat(TIMES);
        let told = client(&bytes, bytes.len());
        assert!(told.contains(&format!("commands: {}", 2 * TIMES)), "{told}");
    }
}
