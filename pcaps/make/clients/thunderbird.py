#!/usr/bin/env python3
"""Lets a real Thunderbird send one message, without a screen and without a human.

    thunderbird.py --profile DIR [--trust CA_FILE] [--min N] [--max N] SERVER PORT

A new profile is made; its preferences say which server, STARTTLS, no authentication. --min and --max are
Thunderbird's own security.tls.version.min/.max (1 = TLS 1.0, 2 = TLS 1.1, 3 = TLS 1.2, 4 = TLS 1.3); without them
they stay at Thunderbird's defaults. Without --trust the profile does not know the test CA.
Thunderbird is driven through Marionette, its own remote control, on the loopback of the namespace.
"""
import argparse
import os
import signal
import subprocess
import sys
import time

from marionette_driver.marionette import Marionette

MARIONETTE_PORT = 2828

QUIET = {
    'app.update.enabled': False, 'app.update.auto': False, 'app.normandy.enabled': False,
    'app.donation.eoy.version.viewed': 999, 'browser.safebrowsing.downloads.remote.enabled': False,
    'datareporting.healthreport.uploadEnabled': False, 'datareporting.policy.dataSubmissionEnabled': False,
    'datareporting.policy.dataSubmissionPolicyBypassNotification': True, 'extensions.update.enabled': False,
    'extensions.getAddons.cache.enabled': False, 'extensions.blocklist.enabled': False,
    'mail.provider.enabled': False, 'mail.shell.checkDefaultClient': False, 'mail.rights.version': 1,
    'mail.spotlight.firstRunDone': True, 'mail.winsearch.firstRunDone': True, 'mail.ui.show.migration.on.upgrade': False,
    'mail.inappnotifications.enabled': False, 'mailnews.start_page.enabled': False,
    'mailnews.start_page_override.mstone': 'ignore', 'network.captive-portal-service.enabled': False,
    'network.connectivity-service.enabled': False, 'network.trr.mode': 5, 'services.settings.server': 'data:,',
    'toolkit.telemetry.enabled': False, 'toolkit.telemetry.unified': False, 'toolkit.telemetry.server': '',
    'security.OCSP.enabled': 0, 'security.remote_settings.crlite_filters.enabled': False,
}

SEND = '''
const [done] = arguments;
const { MailServices } = ChromeUtils.importESModule("resource:///modules/MailServices.sys.mjs");
const identity = MailServices.accounts.allIdentities.find(i => i.smtpServerKey == "smtp1");
const fields = Cc["@mozilla.org/messengercompose/composefields;1"].createInstance(Ci.nsIMsgCompFields);
fields.from = "scanner@contoso.example";
fields.to = "printroom@contoso.example";
fields.subject = "test";
fields.body = "One line of test text.\\n";
fields.fcc = "nocopy://";
fields.forcePlainText = true;
const listener = {
  QueryInterface: ChromeUtils.generateQI(["nsIMsgSendListener"]),
  onStartSending() {}, onProgress() {}, onStatus() {}, onGetDraftFolderURI() {},
  onSendNotPerformed(id, status) { done("not performed 0x" + status.toString(16)); },
  onTransportSecurityError(id, status) { done("security error 0x" + (status >>> 0).toString(16)); },
  onStopSending(id, status) { done("sent, status 0x" + (status >>> 0).toString(16)); },
};
const send = Cc["@mozilla.org/messengercompose/send;1"].createInstance(Ci.nsIMsgSend);
send.createAndSendMessage(null, identity, "account1", fields, false, false, Ci.nsIMsgCompDeliverMode.Now, null,
  "text/plain", "One line of test text.\\n", null, null, listener, "", "", Ci.nsIMsgCompType.New);
'''


def preferences(arguments):
    prefs = dict(QUIET)
    prefs['marionette.port'] = MARIONETTE_PORT
    prefs.update({
        'mail.accountmanager.accounts': 'account1,account2', 'mail.accountmanager.defaultaccount': 'account1',
        'mail.accountmanager.localfoldersserver': 'server2',
        'mail.account.account1.identities': 'id1', 'mail.account.account1.server': 'server1',
        'mail.account.account2.server': 'server2',
        'mail.identity.id1.fullName': 'Scanner', 'mail.identity.id1.useremail': 'scanner@contoso.example',
        'mail.identity.id1.smtpServer': 'smtp1', 'mail.identity.id1.valid': True, 'mail.identity.id1.doFcc': False,
        'mail.server.server1.type': 'none', 'mail.server.server1.hostname': 'nothing.invalid',
        'mail.server.server1.name': 'test', 'mail.server.server1.userName': 'nobody',
        'mail.server.server2.type': 'none', 'mail.server.server2.hostname': 'Local Folders',
        'mail.server.server2.name': 'Local Folders', 'mail.server.server2.userName': 'nobody',
        'mail.smtpservers': 'smtp1', 'mail.smtp.defaultserver': 'smtp1',
        'mail.smtpserver.smtp1.type': 'smtp', 'mail.smtpserver.smtp1.hostname': arguments.server,
        'mail.smtpserver.smtp1.port': arguments.port, 'mail.smtpserver.smtp1.try_ssl': 2,
        'mail.smtpserver.smtp1.authMethod': 1, 'mail.smtpserver.smtp1.username': '',
    })
    if arguments.min is not None:
        prefs['security.tls.version.min'] = arguments.min
        if arguments.min < 3:
            prefs['security.tls.version.enable-deprecated'] = True
    if arguments.max is not None:
        prefs['security.tls.version.max'] = arguments.max
    return prefs


def make_profile(arguments):
    os.makedirs(arguments.profile)
    subprocess.run(['certutil', '-N', '-d', 'sql:' + arguments.profile, '--empty-password'], check=True)
    if arguments.trust:
        subprocess.run(['certutil', '-A', '-d', 'sql:' + arguments.profile, '-n', 'capture lab', '-t', 'CT,C,C',
                        '-i', arguments.trust], check=True)
    with open(os.path.join(arguments.profile, 'user.js'), 'w', encoding='utf-8') as out:
        for key, value in preferences(arguments).items():
            shown = {True: 'true', False: 'false'}[value] if isinstance(value, bool) else \
                str(value) if isinstance(value, int) else '"%s"' % value
            out.write('user_pref("%s", %s);\n' % (key, shown))


def send():
    client = Marionette('127.0.0.1', port=MARIONETTE_PORT)
    for _ in range(60):
        try:
            client.start_session(timeout=5)
            break
        except Exception:  # not yet listening
            time.sleep(1)
    client.set_context('chrome')
    client.timeout.script = 25
    print('Thunderbird', client.execute_script('return Services.appinfo.version;'))
    time.sleep(2)
    print(client.execute_async_script(SEND))


def main():
    options = argparse.ArgumentParser()
    options.add_argument('--profile', required=True)
    options.add_argument('--trust')
    options.add_argument('--min', type=int)
    options.add_argument('--max', type=int)
    options.add_argument('server')
    options.add_argument('port', type=int)
    arguments = options.parse_args()
    make_profile(arguments)
    environment = dict(os.environ, HOME=arguments.profile, MOZ_NO_REMOTE='1', MOZ_CRASHREPORTER_DISABLE='1',
                       MOZ_DISABLE_CONTENT_SANDBOX='1', LANG='C.UTF-8')
    program = subprocess.Popen(
        ['xvfb-run', '-a', 'thunderbird', '--marionette', '--remote-allow-system-access', '--no-remote',
         '--profile', arguments.profile], env=environment, start_new_session=True,
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        send()
        time.sleep(1)
    finally:
        # The whole group, or the next run would talk to this Thunderbird.
        os.killpg(program.pid, signal.SIGTERM)
        try:
            program.wait(10)
        except subprocess.TimeoutExpired:
            os.killpg(program.pid, signal.SIGKILL)


if __name__ == '__main__':
    sys.exit(main())
