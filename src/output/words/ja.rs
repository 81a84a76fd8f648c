//! Japanese: である in facts and labels, です・ます in sentences to people.

mod advice;

use super::{
    About, AdviceWords, CaptureWords, HistoryWords, MicrosoftWords, Section, TableWords,
    TotalsWords, Words, reasons,
};
use crate::session::{EndpointKind, Finding, Instance, Outcome, Seen};
use crate::tally::bound::Bound;
use crate::tally::diagnosis::{Share, Warning};
use crate::tally::figures::{bytes, number, percent};
use crate::tally::history::By;
use crate::tally::microsoft::{Microsoft, Note, Remark};
use crate::tally::report::{HostLimit, HostVerdict, InClear, NoVerdict};
use crate::tally::{Report, Role, To};

pub(super) const WORDS: Words = Words {
    tag: "ja",
    title: "社内メール送信元のTLS",
    headline,
    comma: "、",
    in_brackets: |text, brackets| format!("{text}（{brackets}）"),
    unknown: "不明",
    none: "なし",
    hosts: |count| format!("{}台", number(count)),
    bytes: |value| match value {
        0..1000 => format!("{value}バイト"),
        _ => bytes(value),
    },
    about: About {
        period: "期間",
        span: |from, to| format!("{from} ～ {to}"),
        since: |from| format!("{from} 以降"),
        until: |to| format!("{to} まで"),
        sensor: "センサー",
        sources: "読み込み元",
        servers: "集計対象",
        times: "時刻",
        utc: "UTC（協定世界時）",
        caution: |count| {
            format!(
                "取り込み内容に関する警告が{}件あります。確認のうえお読みください。",
                number(count)
            )
        },
        made_by: |version| {
            format!(
                "tlstally {version} が作成しました。このファイルは単体で完結しており、外部から何も読み込まず、どこへも何も送信しません。"
            )
        },
    },
    section: Section {
        skip: "ホスト一覧へ進む",
        contents: "目次",
        summary: "概要",
        trend: "推移",
        microsoft: "Microsoftの集計との比較",
        advice: "対処方法",
        hosts: "ホスト一覧",
        totals: "セッションの内訳",
        capture: "測定の方法と範囲",
        glossary: "判定の意味",
    },
    advice: AdviceWords {
        nothing: "指摘事項のあるホストはありません。対処は不要です。",
        look: "指摘事項のあるホストはありません。「良好」以外のホストの詳細と、「測定の方法と範囲」の警告を確認してください。",
    },
    table: TableWords {
        host: "ホスト",
        verdict: "判定",
        findings: "指摘事項",
        sessions: "セッション",
        offers: "提示した最高版",
        limited_by: |limit| format!("制限要因：{limit}"),
        last_seen: "最終検出",
        first_seen: "初回検出",
        addresses: "アドレス",
        names: "名前",
        macs: "MACアドレス",
        vendors: "ネットワークカードの製造元",
        classes: "DHCPベンダークラス",
        role: "役割",
        relay: "社内ホストのメールを中継：このホストの通信には背後のホストの分が含まれます",
        endpoints: "エンドポイント",
        servers: "接続先サーバー名",
        clients: "ソフトウェア",
        rejected: "アラートによる拒否",
        in_clear: "平文の理由",
        no_verdict: "不明の理由",
        messages: "メールの可否（通信量からの推定）",
        likely: |refused, taken| {
            format!(
                "拒否されたと推定{}件、受理されたと推定{}件",
                number(refused),
                number(taken)
            )
        },
        intercepted_by: "証明書の発行元",
        nothing: "集計対象となる社内ホストのセッションはありませんでした。",
        note: "バージョンの列は、合意されたバージョンごとのセッション数です。「バージョンなし」は、TLSを使わなかった、拒否された、\
               またはキャプチャに含まれていないことを示します。ソフトウェアはClientHelloの特徴からの推定です。",
        search: "検索",
        search_hint: "アドレス、名前、MAC、ソフトウェアなど",
        any_finding: "すべての指摘事項",
        clear: "条件を解除",
        shown: "{count}台中 {from}～{to}台目を表示",
        shown_of: "該当する{count}台中 {from}～{to}台目を表示（全{all}台）",
        no_match: "条件に合うホストはありません。",
        previous: "前へ",
        next: "次へ",
        details: "{host} の詳細",
    },
    totals: TotalsWords {
        by_version: "合意されたバージョン別",
        by_outcome: "ハンドシェイクの結果別",
        by_verdict: "判定別",
        hosts_by_verdict: "判定別のホスト数",
        sessions: "セッション",
        share: "割合",
        version: "バージョン",
        outcome: "結果",
    },
    capture: CaptureWords {
        how: &[
            "tlstallyは、ネットワーク通信の複製を読み取りました。SMTP接続をTLSの開始まで追跡し、ClientHelloとServerHelloから\
             バージョンを読み取っています。復号や送信は一切行わず、メールの内容やパスワードも保存していません。",
            "このレポートが示すのは、この期間にホストが実際に行った通信であり、ホストの能力ではありません。この期間にセンサーの前を\
             通るメールを送らなかったホストは含まれません。月に一度だけ送信するホストを調べるには、ひと月分の測定が必要です。\
             中継サーバー、プロキシ、アドレス変換の背後にある場合は、センサーから見える最後のホストが表示されます。\
             通信データから確かめられないものは「不明」としています。",
        ],
        warnings: "警告",
        no_warnings: "キャプチャには、結果を疑わせる点はありません。",
        numbers: "キャプチャの内容",
        packets: "読み取ったパケット",
        bytes: "回線上のデータ量",
        packet_times: "最初と最後のパケット",
        files_read: "読み取ったファイル",
        dropped_kernel: "カーネルが破棄したパケット",
        dropped_interface: "インターフェイスが破棄したパケット",
        truncated: "キャプチャで途中までしか記録されていないパケット",
        duplicates: "重複したパケット",
        sessions: "検出したSMTPセッション",
        counted: "うち、このレポートで集計したもの",
        other_servers: "うち、集計対象外のサーバーへのもの",
        external: "うち、社内ホストを含まないもの",
        address_lists: "Exchange Onlineのアドレス一覧",
        seen,
        one_direction: "片方向しか見えなかった割合",
        malformed: "読み取れなかったパケット",
        not_followed: "追跡しなかったパケット",
        bounds: "上限に達して保持をやめたもの",
        files_damaged: "一部しか読めなかったファイル",
        files_skipped: "対象外としたファイル",
    },
    history: HistoryWords {
        hosts_by_day: "日別のホスト数",
        versions_by_day: "日別のバージョン（セッションに占める割合）",
        numbers: "日別の数値",
        ends: |first, last| {
            format!("セッションのあった最初の日と最後の日（{first} → {last}）の値：")
        },
        hosts: "ホスト数",
        contents: "ストアに保存されているこの期間のセッション",
        no_warnings: "ストアの内容には、結果を疑わせる点はありません。ストアが保存するのはセッションで、パケットではありません。センサーに届く前に\
             失われたパケットについては、稼働中のセンサーの出力を確認してください。",
        day: "日付",
        seen: "検出したSMTPセッション",
        legacy_hosts: "旧版TLSのホスト",
        other_hosts: "その他のホスト",
        nothing_seen: "SMTPセッションなし（センサーが稼働していなかった可能性があります）",
        by_day: "日ごとの判定",
        letters: |days, letters| {
            format!("「日ごとの判定」は、{days} の各日を1文字で示します：{letters}。")
        },
        not_seen: "検出なし",
        changes: |since| format!("{since} 以降の変化"),
        fixed: "解消：以前は旧版あり、以降は良好",
        worse: "悪化：以前は旧版なし、以降は旧版あり",
        new: "新規：以降に初めて検出",
        silent: "消失：以前は検出、以降は検出なし",
        last_legacy: |day| format!("旧版の最終検出日 {day}"),
        comparison: "二つの期間の比較",
        by: |by| match by {
            By::Day => "日別",
            By::Host => "ホスト別",
            By::Endpoint => "エンドポイント別",
            By::Client => "ソフトウェア別",
            By::Sensor => "センサー別",
        },
        stores: "ストア",
        store: |store| {
            format!(
                "セッション{}件、{}",
                number(store.sessions),
                bytes(store.bytes)
            )
        },
        damaged: "破損：",
    },
    microsoft: MicrosoftWords {
        about,
        remark,
        messages: "Microsoft：メッセージ",
        legacy_messages: "うちTLS 1.0または1.1",
        sessions: "本レポート：セッション",
        legacy_sessions: "うちTLS 1.1以前",
        days: "日別",
        senders: "Microsoftのレポートにある送信者",
        sender: "送信者",
        protocol: "認証方式",
    },
    version,
    verdict,
    verdict_meaning,
    outcome,
    finding,
    meaning: advice::meaning,
    action: advice::action,
    in_clear,
    no_verdict,
    role: |role| match role {
        Role::Client => "クライアント",
        Role::Server => "サーバー",
    },
    limit: |limit| match limit {
        HostLimit::Client => "クライアント",
        HostLimit::Server => "サーバー",
        HostLimit::Both => "双方",
    },
    endpoint,
    instance,
    name_source: |word| match word {
        "hello" => "EHLO",
        "dhcp" => "DHCP",
        "dns-reverse" => "DNS逆引き",
        "mdns" => "マルチキャストDNS",
        "llmnr" => "LLMNR",
        "netbios" => "NetBIOS",
        _ => word,
    },
    to: |to| match to {
        To::ExchangeOnline => "Exchange Onlineとのセッション",
        To::Any => "すべてのメールサーバーとのセッション",
    },
    doubt,
    reason: reasons::ja,
    bound,
};

fn about(microsoft: &Microsoft) -> String {
    let senders = number(microsoft.senders.len() as u64);
    let messages = microsoft.messages.map_or_else(String::new, |messages| {
        format!("、メッセージ{}件", number(messages))
    });
    format!(
        "{} は、Exchange管理センターの「SMTP AUTHクライアント」レポートです（送信者{senders}件{messages}）。これに、該当するメッセージを\
         運んだ可能性のあるセッション{}件を並べています。Microsoftはメールボックスごとのメッセージを、このレポートはホストごとの\
         セッションを数えています。",
        microsoft.file,
        number(microsoft.comparable)
    )
}

fn remark(note: &Note) -> String {
    let count = number(note.count.unwrap_or(0));
    let version = note.version.map_or("旧バージョン", version);
    match note.code {
        Remark::NotSeen => format!(
            "Microsoftは{version}のメッセージを約{count}件数えていますが、センサーではそのセッションが見つかっていません。センサーを通らない\
             経路で送信されているか、対象の日が異なります。"
        ),
        Remark::NotCounted => format!(
            "センサーでは{version}のセッションが{count}件見つかっていますが、Microsoftの集計にはそのメッセージがありません。受け付けられた\
             メッセージがなかったか、対象の日が異なります。"
        ),
        Remark::NoHosts => format!(
            "送信者{count}件はどのホストにも対応付けていません。誰がサインインしたかはTLSの中でやり取りされ、Microsoftのレポートにはホストの\
             記載がないためです。旧バージョンで送信しているメールボックスは、旧版のホストのいずれかで使われています。そのパスワードが\
             どこに設定されているかを確認してください。"
        ),
        Remark::LeftOut => format!(
            "Microsoftのレポートに含まれないセッション{count}件（ほかのエンドポイント宛て、接続未完了、またはTLSなし）は、比較から\
             除いています。"
        ),
        Remark::WindowUnknown => {
            "ファイルに日付がないため、日別ではなく期間全体どうしを比べています。このレポートと同じ期間のファイルかどうかを確認してください（Microsoftの日付はUTCです）。".into()
        }
        Remark::WindowDiffers => {
            format!("ファイルの{count}行は、このレポートの期間に含まれない日のものです。")
        }
        Remark::ColumnsMissing => format!(
            "ファイルに見つからない列がありました（{}）。該当する値は「–」で示しています。",
            note.columns.join("、")
        ),
        Remark::RowsUnread => {
            format!("ファイルの{count}行は読み取れなかったため、除いています。")
        },
    }
}

fn headline(report: &Report) -> String {
    let (hosts, legacy) = report.left_out();
    let most = hosts.max(legacy);
    if most == 0 {
        return answer(report);
    }
    let legacy = match legacy {
        0 => "レガシーのセッションは含まれません".to_owned(),
        legacy => format!(
            "うち{}台にはレガシーのセッションが含まれます",
            roughly(legacy)
        ),
    };
    format!(
        "{}ほかに{}台のホストについて、表示していないセッションがあります（{legacy}）。",
        answer(report),
        roughly(most)
    )
}

fn roughly(hosts: u64) -> String {
    let about = if hosts < 4_000 { "" } else { "約" };
    format!("{about}{}", number(hosts))
}

fn answer(report: &Report) -> String {
    let service = match report.to {
        To::ExchangeOnline => "Exchange Online",
        To::Any => "メールサーバー",
    };
    if report.totals.hosts == 0 {
        let elsewhere = elsewhere(report);
        return format!("社内ホストと{service}とのセッションは見つかりませんでした。{elsewhere}");
    }
    let all = number(report.totals.hosts);
    if report.legacy_hosts() > 0 {
        let legacy = number(report.legacy_hosts());
        return format!(
            "社内ホスト{all}台のうち{legacy}台が、{service}との通信でTLS 1.1以前を使用したか、それより新しいバージョンを\
             提示しませんでした。"
        );
    }
    if report.totals.host_verdicts.of(HostVerdict::Unknown) == report.totals.hosts {
        return format!(
            "社内ホスト{all}台が{service}と通信しましたが、判定できるだけの情報は得られませんでした。理由は各ホストの欄に示します。"
        );
    }
    format!(
        "社内ホスト{all}台のいずれについても、{service}との通信でTLS 1.1以前の使用は見つかりませんでした。"
    )
}

/// Sessions that would count with another `--to`.
fn elsewhere(report: &Report) -> String {
    match report.capture.other_servers {
        0 => String::new(),
        others => format!(
            "ほかのサーバーとのSMTPセッションが{}件あります（`--to any` で集計できます）。",
            number(others)
        ),
    }
}

fn version(key: &'static str) -> &'static str {
    match key {
        "ssl2" => "SSL 2.0",
        "ssl3" => "SSL 3.0",
        "1.0" => "TLS 1.0",
        "1.1" => "TLS 1.1",
        "1.2" => "TLS 1.2",
        "1.3" => "TLS 1.3",
        "none" => "バージョンなし",
        "other" => "未知のバージョン",
        _ => key,
    }
}

const fn verdict(verdict: HostVerdict) -> &'static str {
    match verdict {
        HostVerdict::Legacy => "旧版",
        HostVerdict::Mixed => "混在",
        HostVerdict::Weak => "弱い暗号",
        HostVerdict::Plaintext => "平文",
        HostVerdict::Modern => "良好",
        HostVerdict::Unknown => "不明",
    }
}

const fn verdict_meaning(verdict: HostVerdict) -> &'static str {
    match verdict {
        HostVerdict::Legacy => {
            "判別できたすべてのセッションで、TLS 1.1以前を使用したか、それより新しいバージョンを提示しませんでした。\
             旧バージョンが廃止されると、このホストはメールを送信できなくなります。"
        }
        HostVerdict::Mixed => {
            "旧版のセッションとそうでないセッションが混在しています。同じホスト上の別のプログラムや古いライブラリを、ほかのセッションが平文の場合は\
             TLSが失敗した原因を探してください。"
        }
        HostVerdict::Weak => {
            "TLS 1.2ですが、Exchange Onlineが受け入れる暗号スイートを一つも提示していません。"
        }
        HostVerdict::Plaintext => {
            "TLSを使わないセッションがあります。送信内容は経路上で読み取られるおそれがあります。理由はホストの詳細を参照してください。"
        }
        HostVerdict::Modern => "TLS 1.2または1.3です。ほかに指摘事項がない限り、対処は不要です。",
        HostVerdict::Unknown => {
            "このホストを判定できるだけの情報は得られませんでした。理由はホストの欄に示します。"
        }
    }
}

const fn no_verdict(why: NoVerdict) -> &'static str {
    match why {
        NoVerdict::OtherEnd => {
            "バージョンは決まりましたが、提示したのは相手側です。より新しい提示にこのサーバーがどう応答するかは確認されていません。"
        }
        NoVerdict::Rejected => {
            "ハンドシェイクは一度も完了せず、どちらかの側がアラートで拒否しました。証明書、暗号スイート、途中のファイアウォールやプロキシなど、\
             拒否の原因を調べてください。"
        }
        NoVerdict::Closed => {
            "ハンドシェイクは一度も完了せず、ClientHelloの後に接続が切断されました。途中のファイアウォール、または理由を示さずに拒否する\
             サーバーがないかを調べてください。"
        }
        NoVerdict::Unanswered => {
            "ClientHelloに応答がありませんでした。途中で破棄するファイアウォールがないかを調べてください。"
        }
        NoVerdict::NotCaptured => {
            "キャプチャからは判別できません。片方向の通信が欠けているか、パケットが途切れまたは失われているか、TLSの前にセッションが終わっています。"
        }
    }
}

const fn in_clear(why: InClear) -> &'static str {
    match why {
        InClear::StarttlsRefused => {
            "TLSを要求しましたが、サーバーに拒否されました。Exchange Onlineが拒否することはないため、宛先がExchange Onlineであれば、途中に\
             SMTPを検査するファイアウォールがないかを調べてください。"
        }
        InClear::StarttlsNotOffered => {
            "サーバーがTLSを提示しませんでした。Exchange Onlineは必ず提示するため、宛先がExchange Onlineであれば、途中に提示を取り除く\
             ファイアウォールがないかを調べてください。"
        }
        InClear::StarttlsNotUsed => {
            "TLSを要求せず、メールの送信もログインも確認されませんでした。サーバーの応答を確かめるだけの監視は、このように見えます。"
        }
    }
}

const fn outcome(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Established => "ハンドシェイク完了",
        Outcome::Negotiated => "バージョン合意（完了は未確認）",
        Outcome::Rejected => "アラートによる拒否",
        Outcome::Closed => "ClientHelloの後に切断",
        Outcome::Unanswered => "ClientHelloに応答なし",
        Outcome::StarttlsRefused => "STARTTLSを拒否",
        Outcome::StarttlsNotOffered => "STARTTLSの提示なし",
        Outcome::StarttlsNotUsed => "STARTTLSを使用せず",
        Outcome::Incomplete => "キャプチャが途中まで",
    }
}

const fn finding(finding: Finding) -> &'static str {
    match finding {
        Finding::LegacyNegotiated => "旧版TLSを使用",
        Finding::LegacyCapped => "旧版TLSのみを提示",
        Finding::NoAcceptableSuite => "受け入れ可能な暗号スイートなし",
        Finding::CleartextFallback => "平文への切り替え",
        Finding::StarttlsNever => "TLSを要求せず",
        Finding::CertificateRejected => "証明書を拒否",
        Finding::Intercepted => "中間機器によるTLS検査",
        Finding::LegacyEndpoint => "旧版用エンドポイント",
        Finding::RetiredName => "廃止されたサーバー名",
        Finding::AuthInClear => "TLSの外でログイン",
    }
}

const fn endpoint(kind: Option<EndpointKind>) -> &'static str {
    match kind {
        Some(EndpointKind::ClientSubmission) => "クライアント送信",
        Some(EndpointKind::LegacySubmission) => "旧版TLS用クライアント送信（オプトイン）",
        Some(EndpointKind::HighVolume) => "大量メール送信",
        Some(EndpointKind::Mx) => "MX（ポート25）",
        Some(EndpointKind::Unknown) => "Exchange Online（エンドポイント不明）",
        None => "その他のサーバー",
    }
}

const fn instance(instance: Instance) -> &'static str {
    match instance {
        Instance::Worldwide => "ワールドワイド",
        Instance::UsGovGccHigh => "米国政府機関 GCC High",
        Instance::UsGovDod => "米国政府機関 DoD",
        Instance::China => "中国",
    }
}

const fn seen(seen: Seen) -> &'static str {
    match seen {
        Seen::Both => "両方向が見えたもの",
        Seen::Client => "クライアント側のみ見えたもの",
        Seen::Server => "サーバー側のみ見えたもの",
    }
}

const fn bound(bound: Bound) -> &'static str {
    match bound {
        Bound::CalledHosts => "DHCP・DNSなどによる名前を保持していないホスト",
        Bound::DhcpRequests => "応答を待つのをやめたDHCPの要求",
        Bound::DnsAnswers => "保持をやめたDNS応答",
        Bound::DnsMessages => "続きを待つのをやめたTCP上のDNSメッセージ",
        Bound::Evidence => "証拠として保存しなかったパケット",
        Bound::Flows => "途中で打ち切った接続",
        Bound::Fragments => "組み立てをやめたフラグメント",
        Bound::HeldBytes => "欠けたデータを待つのをやめた接続",
        Bound::HostCalled => "DHCP・DNSなどによる名前を一部だけ保持したホスト",
        Bound::HostClients => "ソフトウェアを一部だけ保持したホスト",
        Bound::HostIssuers => "証明書の発行元を一部だけ保持したホスト",
        Bound::HostMacs => "MACアドレスを一部だけ保持したホスト",
        Bound::HostNames => "名前を一部だけ保持したホスト",
        Bound::HostServers => "サーバー名を一部だけ保持したホスト",
        Bound::Hosts => "表示していないホストのセッション",
        Bound::HostsLeftOut => "レガシー以外のセッションを表示していないホスト",
        Bound::LegacyHostsLeftOut => "レガシーのセッションを表示していないホスト",
        Bound::Records => "書き込めなかったセッションレコード",
        Bound::Relays => "中継サーバーとして示せない社内サーバー",
        Bound::Routers => "MACアドレスがホストのものとして表示される可能性のあるルーター",
        Bound::TlsFailures => "保持をやめたTLSの失敗（その後の平文への切り替えは判別できません）",
    }
}

fn doubt(warning: &Warning) -> String {
    match warning {
        Warning::NoPackets => {
            "パケットが一つもありませんでした。ミラーリングが有効か、インターフェイスやファイルの指定が正しいかを確認してください。"
                .into()
        }
        Warning::NoSmtp {
            packets,
            unread_links: Some(unread),
        } => format!(
            "{}個のパケットの中にSMTPセッションがありませんでした。うち{}個は対応していないリンクタイプです。Ethernet、IP、または `any` \
             のインターフェイスで取得してください（`tcpdump -i any`）。",
            number(*packets),
            number(*unread)
        ),
        Warning::NoSmtp {
            packets,
            unread_links: None,
        } => format!(
            "{}個のパケットの中にSMTPセッションがありませんでした。メールがこの地点を通ること、ミラーリングにTCPのデータ部が含まれる\
             こと、`--ports` に使用中のポートが指定されていることを確認してください。",
            number(*packets)
        ),
        Warning::InterfaceLost { now: true, names } => format!(
            "停止中または存在しないため監視できないインターフェイス：{}。復旧次第、自動的に監視を再開します。ケーブルと `ip link` を確認して\
             ください。",
            names.join("、")
        ),
        Warning::InterfaceLost { now: false, names } => format!(
            "停止または消失により一時的に監視できなかったインターフェイス：{}。その間の通信は失われています。ケーブルの緩みと、システムの\
             ログを確認してください。",
            names.join("、")
        ),
        Warning::InterfaceSilent { names, arrived } => silent(&names.join("、"), *arrived),
        Warning::OneWay {
            to_servers,
            from_servers,
        } => format!(
            "メールの通信が片方向しか見えていません（サーバー宛て{}個、サーバーから{}個）。リンクの両方向（受信と送信）をミラーリングし、\
             往復で経路が異なっていないか確認してください。",
            number(*to_servers),
            number(*from_servers)
        ),
        Warning::NoInternalHost { sessions } => format!(
            "{}件のセッションは両端とも社内のアドレスではないため、ホスト一覧に含めていません。自社のネットワークであれば、\
             `--internal` で指定してください。",
            number(*sessions)
        ),
        Warning::KernelDrops(packets) => dropped("カーネル", *packets, KERNEL_ADVICE),
        Warning::RingNearlyFull { names } => format!(
            "{} でカーネルのリングバッファーがほぼ満杯になりました。満杯になるとパケットが失われます。{KERNEL_ADVICE}",
            names.join("、")
        ),
        Warning::InterfaceDrops(packets) => dropped(
            "インターフェイス",
            *packets,
            "このインターフェイスにミラーリングする量を減らすか、より速いものを使用してください。",
        ),
        Warning::OneDirection {
            client,
            server,
            sessions,
        } => format!(
            "セッションの{}は片方向しか見えていません（クライアント側のみ{}件、サーバー側のみ{}件）。リンクの両方向をミラーリング\
             し、往復で経路が異なっていないか確認してください。",
            percent(client + server, *sessions),
            number(*client),
            number(*server)
        ),
        Warning::Gaps {
            sessions,
            cut: true,
        } => format!(
            "{}件のセッション（{}）でデータの一部が欠けています。パケットが途中で切り詰められているか（該当の警告を参照）、センサーまでの間に\
             失われています。",
            number(sessions.part),
            of(*sessions)
        ),
        Warning::Gaps {
            sessions,
            cut: false,
        } => format!(
            "{}件のセッション（{}）でデータの一部が欠けています。カーネルやインターフェイスの破棄以外に、スイッチのミラーリング能力の超過も\
             考えられます。",
            number(sessions.part),
            of(*sessions)
        ),
        Warning::Duplicates { packets, sessions } => format!(
            "{}件のセッションに対し、{}個のパケットが重複しています。同じ通信が二重にミラーリングされているようです。結果に影響はありません\
             が、センサーの負荷が倍になるため、各リンクを一度だけミラーリングしてください。",
            number(*sessions),
            number(*packets)
        ),
        Warning::PacketsCut { packets } => format!(
            "{}個のパケットが途中までしか記録されていません。パケット全体を記録してください（`tcpdump -s 0` を指定し、ミラーリング\
             側でも切り詰めないこと）。",
            number(*packets)
        ),
        Warning::FragmentsIncomplete(packets) => format!(
            "{}個のパケット（{}）は、元のパケットが揃わなかったIPフラグメントのため、内容を読み取れませんでした。ポート番号による\
             フィルターやACLは先頭のフラグメントしか通しません。アドレスで絞り込むか、ミラーリングの途中でパケットが失われていないか\
             確認してください。",
            number(packets.part),
            of(*packets)
        ),
        Warning::Malformed(packets) => format!(
            "{}個のパケット（{}）を読み取れませんでした。キャプチャまたはミラーリングで壊れている可能性があります。",
            number(packets.part),
            of(*packets)
        ),
        Warning::BoundsReached(bounds) => {
            let each: Vec<_> = bounds
                .iter()
                .map(|(reached, count)| format!("{} {}件", bound(reached), number(count)))
                .collect();
            format!(
                "このプログラムが保持できる量を超えたため、一部を破棄しました：{}。",
                each.join("、")
            )
        }
        Warning::SeveralSensors { hosts } => format!(
            "{}台のホストは、複数のセンサーで観測されました。拠点どうしで同じプライベートアドレスを使用している場合、別々の機器が同じ行にまとまっています。\
             `--sensor`で拠点ごとに確認してください。",
            number(*hosts)
        ),
        Warning::FilesDamaged { files } => format!(
            "{}個のファイルは読み取れなかったか、一部しか読み取れませんでした。",
            number(*files)
        ),
    }
}

const KERNEL_ADVICE: &str = "センサーのバッファーを大きくする（`--ring`）、ミラーリングの対象を絞る、CPUコアを増やす、のいずれかで対処してください。";

fn silent(names: &str, arrived: u64) -> String {
    match arrived {
        0 => format!(
            "{names} に何も届いていません。ケーブルと、ミラーリングが有効かを確認してください。"
        ),
        arrived => format!(
            "{names} に{}個のフレームが届きましたが、メールの可能性があるものはありません。ミラーリングの対象と、`--ports` の指定を確認して\
             ください。",
            number(arrived)
        ),
    }
}

fn dropped(who: &str, packets: Share, advice: &str) -> String {
    format!(
        "{who}が{}個のパケット（{}）を破棄したため、セッションが欠けたり不明になったりしている可能性があります。{advice}",
        number(packets.part),
        of(packets)
    )
}

fn of(share: Share) -> String {
    percent(share.part, share.whole)
}
