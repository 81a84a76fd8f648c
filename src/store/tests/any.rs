//! Whatever a session holds comes back byte for byte.

use proptest::prelude::*;

use super::*;
use crate::session::{Direction, Origin};

prop_compose! {
    /// A session with text and numbers of any kind.
    fn any_session()(
        text in any::<String>(),
        numbers in any::<[u64; 8]>(),
        (port, code, cipher) in any::<(u16, u8, Option<u32>)>(),
        versions in proptest::collection::vec(any::<u16>(), 0..4),
        flags in any::<[Option<bool>; 4]>(),
        client in any::<std::net::IpAddr>(),
        server in any::<std::net::IpAddr>(),
        interface in any::<bool>(),
        direction in 0usize..4,
        full in any::<bool>(),
    ) -> Session {
        let mut session = if full { sample::named(&text) } else { sample::bare() };
        [session.id, session.start.0, session.end.0] = [numbers[0], numbers[1], numbers[2]];
        session.client.ip = client;
        session.client.port = port;
        session.server.ip = server;
        session.direction = Direction::ALL[direction];
        session.origin = std::sync::Arc::new(if interface { Origin::Interface(text.clone()) } else { Origin::File(text.clone()) });
        session.cipher = cipher;
        session.established = flags[0];
        session.resumed = flags[1];
        session.negotiated = flags[2].map(|_| Version(port));
        session.downgrade_sentinel = flags[1].map(|_| Version(port));
        if let Some(alert) = &mut session.alert {
            alert.code = code;
        }
        if let Some(offer) = &mut session.offer {
            offer.versions = versions.into_iter().map(Version).collect();
            offer.max = Version(port ^ 1);
            offer.acceptable_suite = flags[3];
        }
        session.latency.connect = flags[3].map(|_| numbers[3]);
        session.latency.hello = flags[2].map(|_| numbers[4]);
        if let Some(exchange) = &mut session.exchange {
            [exchange.client_bytes, exchange.server_bytes] = [numbers[5], numbers[6]];
        }
        if let Some(gaps) = &mut session.gaps {
            gaps.bytes = numbers[7];
        }
        session.public_ip = flags[0].map(|_| server);
        session
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn any_session_comes_back_byte_for_byte(sessions in proptest::collection::vec(any_session(), 1..8), sensor in any::<String>()) {
        let folder = Folder::new();
        let mut writer = Writer::open(folder.path(), &sensor, Keep { days: 36_500, ..Keep::DEFAULT }).unwrap();
        writer.write(&sessions, &[]).unwrap();
        let mut expected: Vec<_> = sessions.iter().map(|session| line(session, &sensor)).collect();
        expected.sort_unstable();
        let mut lines = stored_lines(&folder);
        lines.sort_unstable();
        prop_assert_eq!(lines, expected);
    }
}
