// STARTTLS from a Node.js of 2012 to 2014 (OpenSSL 1.0.0 or 1.0.1): EHLO SERVER PORT SECURE_PROTOCOL [CIPHERS]
// SECURE_PROTOCOL is OpenSSL's method name: TLSv1_method, SSLv23_method ...
// Written for that Node: a secure pair over a socket that already spoke SMTP.
var net = require('net'), tls = require('tls'), crypto = require('crypto');
var ehlo = process.argv[2], server = process.argv[3], port = Number(process.argv[4]);
var method = process.argv[5], ciphers = process.argv[6];
var lines = ['EHLO ' + ehlo, 'MAIL FROM:<scanner@contoso.example>', 'RCPT TO:<printroom@contoso.example>', 'DATA',
    'Subject: test\r\n\r\nOne line of test text.\r\n.', 'QUIT'];

// One line of the list for every whole answer, until the list is used up.
function talk(stream, list, done) {
    var text = '';
    function onData(data) {
        text += data;
        if (!/(^|\n)[0-9]{3} [^\n]*\n$/.test(text)) return;
        text = '';
        if (list.length) return stream.write(list.shift() + '\r\n');
        stream.removeListener('data', onData);
        done();
    }
    stream.on('data', onData);
}

// A silent connection is broken off after 20 seconds.
setTimeout(function () { process.exit(1); }, 20000);
var socket = net.connect(port, server);
talk(socket, ['EHLO ' + ehlo, 'STARTTLS'], function () {
    // A secure pair made by its constructor: tls.connect and createSecurePair of that time send a server name even where
    // there is none to send ("localhost", "undefined"), which programs of that age do not.
    var options = { secureProtocol: method };
    if (ciphers) options.ciphers = ciphers;
    var credentials = crypto.createCredentials(options);
    var SecurePair = tls.createSecurePair(credentials, false, false, false).constructor;
    var pair = new SecurePair(credentials, false, false, false, { servername: '' });
    pair.encrypted.pipe(socket);
    socket.pipe(pair.encrypted);
    pair.on('secure', function () {
        pair.cleartext.write(lines.shift() + '\r\n');
        talk(pair.cleartext, lines, function () { socket.end(); setTimeout(function () { process.exit(0); }, 200); });
    });
    pair.on('error', function (error) { console.log(String(error)); process.exit(1); });
});
socket.on('error', function (error) { console.log(String(error)); process.exit(1); });
