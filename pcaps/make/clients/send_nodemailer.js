// Sends one line of test text with nodemailer: EHLO SERVER PORT MIN MAX [PASSWORD]
'use strict';
const nodemailer = require('nodemailer');
const [ehlo, host, port, minVersion, maxVersion, password] = process.argv.slice(2);
const transport = nodemailer.createTransport({
    host, port: Number(port), name: ehlo, secure: port === '465', requireTLS: port !== '465',
    auth: password ? { user: 'scanner@contoso.example', pass: password } : undefined,
    tls: { minVersion, maxVersion },
    connectionTimeout: 8000, socketTimeout: 8000
});
transport.sendMail({
    from: 'scanner@contoso.example', to: 'printroom@contoso.example', subject: 'test', text: 'One line of test text.'
}).then(() => console.log('sent'), error => { console.log(error.message); });
