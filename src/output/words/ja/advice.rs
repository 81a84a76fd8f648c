//! What findings mean and what to do, in Japanese; sources as in [`crate::exchange`]'s advice.

use crate::exchange::{Remedy, Software};
use crate::session::{Finding, Side};

/// What `finding` means for a host that was this end.
pub(super) const fn meaning(finding: Finding, side: Side) -> &'static str {
    match side {
        Side::Client => of_client(finding),
        Side::Server => of_server(finding),
    }
}

const fn of_server(finding: Finding) -> &'static str {
    match finding {
        Finding::LegacyNegotiated => {
            "このホストは、一部またはすべてのセッションで、より新しいバージョンを提示した送信側に対し、サーバーとしてTLS 1.1以前でしか応答していません。"
        }
        Finding::CleartextFallback => {
            "このサーバーとのTLSに失敗した後、配信する側がTLSなしで通信を続けました。そのメールは経路上で読み取られるおそれがあります。"
        }
        Finding::StarttlsNever => {
            "このサーバーは、一部またはすべてのセッションで、配信する側にSTARTTLSを提示していません。届くメールは経路上で読み取られるおそれがあります。"
        }
        Finding::CertificateRejected => {
            "送信側が、このサーバーの証明書を信頼できないとしてハンドシェイクを打ち切りました。TLSのバージョンが原因ではありません。"
        }
        _ => of_client(finding),
    }
}

const fn of_client(finding: Finding) -> &'static str {
    match finding {
        Finding::LegacyNegotiated => {
            "このホストのセッションで、Exchange Onlineが廃止を進めている、または廃止済みのTLS 1.1以前が使われました。"
        }
        Finding::LegacyCapped => {
            "このホストは、一部またはすべてのセッションでTLS 1.1以前しか提示していません。そのセッションではExchange Onlineの通常のサーバー名に接続できません。"
        }
        Finding::NoAcceptableSuite => {
            "このホストは、一部またはすべてのセッションでTLS 1.2を提示していますが、2025年10月20日以降Exchange Onlineが受け入れる暗号スイートを一つも含んでいません。"
        }
        Finding::CleartextFallback => {
            "TLSに失敗した後、このホストはTLSなしで通信を続けました。メールは経路上で読み取られるおそれがあります。"
        }
        Finding::StarttlsNever => {
            "このホストは、一部またはすべてのセッションで一度もTLSを要求していません。メールの内容も、送信するパスワードも、経路上で読み取られるおそれがあります。"
        }
        Finding::CertificateRejected => {
            "このホストは、サーバーの証明書を信頼できないとしてハンドシェイクを打ち切りました。TLSのバージョンが原因ではありません。"
        }
        Finding::Intercepted => {
            "証明書の発行元がExchange Onlineの使用する認証局ではありません。プロキシ、ファイアウォール、ウイルス対策ソフトなどが\
             途中に入っており、ここで見えた応答はその機器やソフトのものです。"
        }
        Finding::LegacyEndpoint => {
            "このホストは、TLS 1.0と1.1をまだ受け付けるオプトインのエンドポイントを使用しています。一時しのぎであり、解決にはなりません。"
        }
        Finding::RetiredName => {
            "このホストに設定されているサーバー名は、Exchange Onlineではすでに廃止されています。"
        }
        Finding::AuthInClear => {
            "このホストは、TLSの外でログインを始めました。そのために送信したもの（パスワードまたはトークン）は、経路上で読み取れた状態です。"
        }
    }
}

/// What to do.
pub(super) const fn action(remedy: Remedy) -> &'static str {
    match remedy {
        Remedy::RaiseVersion(software) => raise_version(software),
        Remedy::FindWhyBetterFails => {
            "このホストは、ほかのセッションではTLS 1.2以降を提示しています。別のソフトや古い設定からも送信していないか、または同じソフトで\
             新しいバージョンが失敗して（途中のファイアウォールやプロキシ、証明書、暗号スイートなど）古いバージョンでやり直していないかを\
             調べ、その原因を解消してください。"
        }
        Remedy::UpdateServer => {
            "ホスト側はより新しいバージョンを提示しましたが、応答した側が対応していません。そのアドレスに中継サーバー、プロキシ、\
             ファイアウォールがないかを調べ、該当するものを更新してください。"
        }
        Remedy::WidenSuites(software) => widen_suites(software),
        Remedy::CureTls => {
            "まずTLSの失敗を解消し（このホストのほかの指摘事項を参照）、そのうえでTLSの設定を「利用可能な場合」ではなく「必須」に\
             してください。"
        }
        Remedy::StartTls(software) => start_tls(software),
        Remedy::TrustRoot(software) => trust_root(software),
        Remedy::FindInterceptor => {
            "証明書を発行した機器またはソフト（レポートのホストに発行元を表示）を特定し、更新するか、Exchange Online宛てのメールを検査対象から外してください。\
             その後、このホストをもう一度確認してください。"
        }
        Remedy::LeaveLegacyEndpoint { modern: true } => {
            "サーバーをsmtp.office365.com（中国ではsmtp.partner.outlook.cn）、ポート587、STARTTLSに設定してください。すでにTLS 1.2以降を\
             提示しているため、ほかの変更は不要です。"
        }
        Remedy::LeaveLegacyEndpoint { modern: false } => {
            "ホストでTLS 1.2を有効にし、サーバーをsmtp.office365.com（中国ではsmtp.partner.outlook.cn）、ポート587、STARTTLSに設定して\
             ください。"
        }
        Remedy::RenewName => {
            "サーバーをsmtp.office365.com、ポート587、STARTTLSに設定してください。IPアドレスではなく名前で指定します。"
        }
        Remedy::ChangePassword => {
            "ログインの前に必ずSTARTTLSを行うようホストを設定してください。パスワードを求められただけでなく送信していた場合は、直ちに変更\
             してください。"
        }
        Remedy::AnswerBetter => {
            "このサーバーの受信側でTLS 1.2以降を有効にするか、サーバーを更新し、送信側が提示するバージョンで応答できるようにしてください。"
        }
        Remedy::CureServerTls => {
            "このサーバーとのTLSが失敗する原因（ほかの指摘事項、証明書、バージョン、暗号スイート）を調べて解消し、そのうえで、対応できる\
             送信側にはTLSを必須にしてください。"
        }
        Remedy::OfferStartTls => {
            "このサーバーに証明書を設定し、受信側のSTARTTLSを有効にしてください。すでに有効な場合は、提示を取り除くファイアウォールが\
             サーバーの手前にないかを調べてください。"
        }
        Remedy::RenewCertificate => {
            "このサーバーの証明書を更新するか、証明書チェーンを補ってください。有効期限内で、送信側が使う名前に対応し、送信側が信頼する\
             認証局が発行し、中間証明書がすべてそろっている必要があります。"
        }
    }
}

const fn raise_version(software: Option<Software>) -> &'static str {
    match software {
        Some(Software::Thunderbird) => {
            "Thunderbirdの設定エディターでsecurity.tls.version.max（4）とsecurity.tls.version.min（3）を初期値に戻し、\
             security.tls.version.enable-deprecatedをfalseにしてください。ポリシーSSLVersionMinとSSLVersionMaxも確認してください。\
             Windowsの「インターネット オプション」はThunderbirdには影響しません。"
        }
        Some(Software::DotNet) => {
            "HKLM\\SOFTWARE\\Microsoft\\.NETFramework\\v4.0.30319（およびv2.0.50727、さらにWow6432Node配下の両キー）でSchUseStrongCryptoと\
             SystemDefaultTlsVersionsを1に設定するか、.NET Framework 4.7以降に移行してください。\
             ServicePointManager.SecurityProtocolを指定しているプログラムは、コードの修正が必要です。"
        }
        Some(Software::Java) => {
            "Java 8以降と最新のJavaMailを使用するか、mail.smtp.ssl.protocols=TLSv1.2を設定してください。jdk.tls.client.protocolsも\
             確認してください（https.protocolsはメールには効きません）。"
        }
        Some(Software::OpenSsl) => {
            "OpenSSL 1.0.1以降（できれば3.x）を使用し、openssl.cnfにTLSv1.2未満のMaxProtocolがあれば削除してください。7.2より前のPHPは、\
             更新するかSTREAM_CRYPTO_METHOD_TLSv1_2_CLIENTを指定してください。機器の場合は、新しいファームウェアを適用するか、自社の\
             中継サーバーを経由して送信してください。"
        }
        Some(Software::Schannel) => {
            "HKLM\\SYSTEM\\CurrentControlSet\\Control\\SecurityProviders\\SCHANNEL\\Protocols\\TLS 1.2\\ClientでTLS 1.2クライアントを有効に\
             し（Enabled=1、DisabledByDefault=0）、WinHTTPのDefaultSecureProtocolsに0x800を含めてください。または、古いWindowsから\
             移行してください。"
        }
        Some(Software::Device) => {
            "最新のファームウェアを適用し、機器の管理画面でTLS 1.2を有効にしてください。設定がない場合は、Exchange OnlineとTLS 1.2で\
             通信できる自社の中継サーバーを経由して送信してください。"
        }
        None => {
            "送信プログラムでTLS 1.2以降を有効にするか、プログラムを更新してください。できない場合は、Exchange OnlineとTLS 1.2で\
             通信できる自社の中継サーバーを経由して送信してください。"
        }
    }
}

const fn widen_suites(software: Option<Software>) -> &'static str {
    match software {
        Some(Software::Thunderbird) => {
            "Thunderbirdの設定エディターでsecurity.ssl3.*の各項目を初期値に戻し、AES-GCMを用いるECDHEスイートが再び提示されるように\
             してください。"
        }
        Some(Software::DotNet | Software::Schannel) => {
            "ポリシー「SSL暗号の順位」にTLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384とTLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256を含めてください。\
             Windows 10およびServer 2016より前では、それぞれのCBC_SHA384、CBC_SHA256の形を含めます。"
        }
        Some(Software::Java) => {
            "Java 8以降を使用し、jdk.tls.disabledAlgorithmsとmail.smtp.ssl.ciphersuitesのどちらもAES-GCMを用いるECDHEスイートを\
             除外していないことを確認してください。"
        }
        Some(Software::OpenSsl) => {
            "openssl.cnfのCipherString、またはプログラム独自の暗号リストに、ECDHE-RSA-AES256-GCM-SHA384とECDHE-RSA-AES128-GCM-SHA256を\
             含めてください。"
        }
        Some(Software::Device) => {
            "AES-GCMを用いるECDHEスイートを提示するファームウェアを適用してください。ない場合は、自社の中継サーバーを経由して送信して\
             ください。"
        }
        None => {
            "プログラムがTLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384またはTLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256、あるいはTLS 1.3を提示する\
             ように設定してください。"
        }
    }
}

const fn start_tls(software: Option<Software>) -> &'static str {
    match software {
        Some(Software::Thunderbird) => {
            "送信サーバーの「接続の保護」をSTARTTLSに、ポートを587に設定してください。"
        }
        Some(Software::DotNet) => {
            "SmtpClientではEnableSsl = trueを、MailKitではSecureSocketOptions.StartTlsを指定してください。"
        }
        Some(Software::Java) => {
            "mail.smtp.starttls.enable=trueとmail.smtp.starttls.required=trueを設定してください。"
        }
        Some(Software::OpenSsl) => {
            "プログラムでSTARTTLSを有効にしてください（PHPMailer：SMTPSecure='tls'、Python：starttls()、Postfix：\
             smtp_tls_security_level=encrypt、msmtp：tls on）。"
        }
        Some(Software::Schannel) => {
            "IISのSMTPサーバーでは送信セキュリティの「TLS暗号化」を有効にし、Exchange Serverでは送信コネクタにRequireTLSを設定して\
             ください。"
        }
        Some(Software::Device) => {
            "機器の管理画面でメールのTLSまたはSTARTTLSを有効にしてください。設定がない場合は、自社の中継サーバーを経由して送信して\
             ください。"
        }
        None => {
            "送信プログラムでSTARTTLSを有効にし、「利用可能な場合」ではなく「必須」に設定してください。"
        }
    }
}

const fn trust_root(software: Option<Software>) -> &'static str {
    match software {
        Some(Software::Java) => {
            "Javaを更新するか、cacertsにDigiCert Global Root G2をインポートし、ホストの時計も確認してください。"
        }
        Some(Software::DotNet | Software::Schannel) => {
            "Windowsのルート証明書を更新し（Exchange Onlineに必要なもの：DigiCert Global Root G2）、ホストの時計も確認してください。"
        }
        Some(Software::OpenSsl) => {
            "ca-certificatesパッケージ、またはプログラム独自のCAファイルを更新し（Exchange Onlineに必要なもの：DigiCert Global Root G2）、ホストの時計も\
             確認してください。"
        }
        Some(Software::Thunderbird) => {
            "ルート証明書はThunderbirdに付属しているため、Thunderbirdを更新し、ホストの時計も確認してください。通信を検査するプロキシを\
             使っている場合は、そのルート証明書をインポートしてください。"
        }
        Some(Software::Device) => {
            "機器の管理画面でDigiCert Global Root G2をインポートするか、新しいファームウェアを適用し、時計も確認してください。"
        }
        None => {
            "サーバーの証明書のルート（Exchange OnlineではDigiCert Global Root G2）をホストの信頼されたルートに追加し、時計も確認してください。「中間機器によるTLS検査」の指摘もある場合は、\
             そのプロキシを信頼するか、取り除いてください。"
        }
    }
}
