//! What the words for reasons in the capture's health mean: one row a word, one column a language.

/// English.
pub(super) fn en(word: &str) -> Option<&'static str> {
    find(word).map(|(_, en, _)| *en)
}

/// Japanese.
pub(super) fn ja(word: &str) -> Option<&'static str> {
    find(word).map(|(_, _, ja)| *ja)
}

fn find(word: &str) -> Option<&'static (&'static str, &'static str, &'static str)> {
    REASONS.iter().find(|(known, _, _)| *known == word)
}

#[rustfmt::skip]
const REASONS: &[(&str, &str, &str)] = &[
    // Not followed.
    ("port_not_watched", "ports that are not watched", "監視対象外のポート"),
    ("arp", "ARP", "ARP"),
    ("icmp", "ICMP", "ICMP"),
    ("ip_protocol", "other IP protocols", "その他のIPプロトコル"),
    ("ether_type", "other EtherTypes", "その他のEtherType"),
    ("llc", "LLC and SNAP protocols", "LLC・SNAPのプロトコル"),
    ("ppp_protocol", "other PPP protocols", "その他のPPPプロトコル"),
    ("tunnel_control", "a tunnel’s own signalling", "トンネルの制御メッセージ"),
    ("wireless", "802.11 frames without data", "データを含まない802.11フレーム"),
    ("link_type", "a link type that cannot be read", "読み取れないリンク種別"),
    ("esp", "IPsec ESP", "IPsec ESP"),
    ("encrypted_link", "encrypted links", "暗号化されたリンク"),
    ("too_deep", "too many headers", "ヘッダーの重なりが深すぎるもの"),
    ("cut_by_snaplen", "cut inside the headers by the capture", "キャプチャがヘッダーの途中で切ったもの"),
    ("connections_of_other_protocols", "connections on other ports that are not SMTP", "SMTP以外の接続（監視対象外のポート）"),
    ("connections_without_smtp_or_tls", "connections without SMTP or TLS", "SMTPもTLSも含まない接続"),
    ("fragments_incomplete", "IP fragments whose packet never became whole", "元のパケットが揃わなかったIPフラグメント"),
    ("dns_truncated", "DNS answers marked as truncated", "切り詰められたDNS応答"),
    ("dns_split", "DNS answers over several segments", "複数のセグメントに分かれたDNS応答"),
    ("dns_unasked", "DNS answers without a question", "問い合わせの見えないDNS応答"),
    // Malformed.
    ("ethernet_header", "Ethernet header cut", "途中で切れたEthernetヘッダー"),
    ("tag", "tag cut", "途中で切れたタグ"),
    ("llc_header", "LLC header cut", "途中で切れたLLCヘッダー"),
    ("link_header", "link header cut", "途中で切れたリンクヘッダー"),
    ("wireless_header", "802.11 header cut", "途中で切れた802.11ヘッダー"),
    ("mpls_label", "MPLS label cut", "途中で切れたMPLSラベル"),
    ("ppp_header", "PPP header cut", "途中で切れたPPPヘッダー"),
    ("gre_header", "GRE header cut", "途中で切れたGREヘッダー"),
    ("ip_version", "neither IPv4 nor IPv6", "IPv4でもIPv6でもないもの"),
    ("ipv4_header", "IPv4 header cut", "途中で切れたIPv4ヘッダー"),
    ("ipv4_header_length", "IPv4 header length", "IPv4ヘッダー長の誤り"),
    ("ipv4_total_length", "IPv4 total length", "IPv4全長の誤り"),
    ("ipv6_header", "IPv6 header cut", "途中で切れたIPv6ヘッダー"),
    ("ipv6_extension", "IPv6 extension header cut", "途中で切れたIPv6拡張ヘッダー"),
    ("authentication_header", "Authentication Header cut", "途中で切れた認証ヘッダー（AH）"),
    ("fragment", "impossible fragments", "あり得ないフラグメント"),
    ("tcp_header", "TCP header cut", "途中で切れたTCPヘッダー"),
    ("tcp_data_offset", "TCP data offset", "TCPデータオフセットの誤り"),
    ("tcp_checksum", "TCP checksum", "TCPチェックサムの誤り"),
    ("udp_header", "UDP header cut", "途中で切れたUDPヘッダー"),
    ("udp_length", "UDP length", "UDP長の誤り"),
    ("name_message", "DNS, DHCP or NetBIOS message", "DNS・DHCP・NetBIOSメッセージの誤り"),
];
