#!/usr/bin/python3
"""Sends one line of test text with Python's smtplib.

    send_smtplib.py --ca FILE [--min V] [--max V] [--auth PASSWORD] [--plain] [--auth-clear] EHLO SERVER PORT
"""
import argparse
import smtplib
import ssl

VERSIONS = {'1.0': ssl.TLSVersion.TLSv1, '1.1': ssl.TLSVersion.TLSv1_1, '1.2': ssl.TLSVersion.TLSv1_2,
            '1.3': ssl.TLSVersion.TLSv1_3}
FROM, TO = 'scanner@contoso.example', 'printroom@contoso.example'

options = argparse.ArgumentParser()
options.add_argument('--ca', required=True)
options.add_argument('--min', default='1.0')
options.add_argument('--max', default='1.3')
options.add_argument('--ciphers', default='ALL:@SECLEVEL=0')
options.add_argument('--auth')
options.add_argument('--plain', action='store_true', help='no STARTTLS')
options.add_argument('ehlo')
options.add_argument('server')
options.add_argument('port', type=int)
arguments = options.parse_args()

context = ssl.create_default_context(cafile=arguments.ca)
context.set_ciphers(arguments.ciphers)
context.minimum_version = VERSIONS[arguments.min]
context.maximum_version = VERSIONS[arguments.max]
with smtplib.SMTP(arguments.server, arguments.port, local_hostname=arguments.ehlo, timeout=10) as smtp:
    if not arguments.plain:
        smtp.starttls(context=context)
    if arguments.auth:
        smtp.login(FROM, arguments.auth)
    smtp.sendmail(FROM, [TO], 'Subject: test\r\n\r\nOne line of test text.\r\n')
