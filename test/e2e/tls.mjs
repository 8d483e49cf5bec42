// HTTPS by itself: what is spoken, resumed and refused, certificates that change while the server
// runs, uploads that are cut off, and what scanners say.
import {strict as assert} from 'node:assert';
import {spawn} from 'node:child_process';
import {randomBytes, X509Certificate} from 'node:crypto';
import {once} from 'node:events';
import {readFileSync} from 'node:fs';
import {connect as connect_plain} from 'node:net';
import {join} from 'node:path';
import {connect, createServer} from 'node:tls';

import {describe, test} from '../support/suite.mjs';
import {common_authority, host, replace} from './lib/certificates.mjs';
import {client, multipart, passport, registered} from './lib/client.mjs';
import {fetch_large, send_large} from './lib/large.mjs';
import {common, folder, free_port, installed, server, until} from './lib/machine.mjs';
import {head, raw, read_answer} from './lib/raw.mjs';

describe('tls');

const health = head('GET /api/health HTTP/1.1', `Host: ${host}`);

/// A server that speaks HTTPS, with what clients need: {vault, files, at}.
const with_tls = async (body, env = {}, files = common_authority().files()) => {
    const {postgres} = await common();
    const vault = await new server(postgres.database(), {...files.env, ...env}).start();
    try {
        await body({vault, files, at: {port: vault.port, ca: common_authority().pem, servername: host}});
    } finally {
        await vault.stop('SIGKILL');
    }
};

/// A connection after its handshake; rejects when there is none.
const dial = async (at, options = {}) => {
    const socket = connect({host: '127.0.0.1', ...at, ...options});
    await once(socket, 'secureConnect');
    return socket;
};

/// Sends a request and reads its answer.
const ask = async (socket, text = health) => {
    socket.write(text);
    let bytes = Buffer.alloc(0);
    for (;;) {
        const [data] = await once(socket, 'data');
        bytes = Buffer.concat([bytes, data]);
        const answer = read_answer(bytes);
        if (answer) return answer;
    }
};

const serial = async (at) => {
    const socket = await dial(at);
    const {serialNumber} = socket.getPeerCertificate();
    socket.destroy();
    return serialNumber.toUpperCase();
};
const serial_of = (pem) => new X509Certificate(pem).serialNumber.toUpperCase();

test('an account, a file up and down again, and strict transport security', () =>
    with_tls(async ({at}) => {
        const user = await registered(at, 'tls');
        const item = await user.post('/api/items', passport());
        const bytes = randomBytes(3_000_000);
        const file = await user.upload(item.id, bytes);
        assert.equal(file.status, 201);
        const back = await user.call('GET', `/api/files/${file.json.id}`);
        assert.ok(back.body.equals(bytes));
        assert.equal(back.headers['strict-transport-security'], 'max-age=63072000; includeSubDomains');
        user.close();
    }));

test('TLS 1.2 and 1.3 with the ciphers of the recommendation, nothing older, nothing else', () =>
    with_tls(async ({at}) => {
        for (const [version, ciphers] of Object.entries({
            'TLSv1.3': ['TLS_AES_128_GCM_SHA256', 'TLS_AES_256_GCM_SHA384', 'TLS_CHACHA20_POLY1305_SHA256'],
            'TLSv1.2': ['ECDHE-ECDSA-AES128-GCM-SHA256', 'ECDHE-ECDSA-AES256-GCM-SHA384', 'ECDHE-ECDSA-CHACHA20-POLY1305'],
        })) {
            for (const ciphers_of_one of ciphers) {
                const socket = await dial(at, {minVersion: version, maxVersion: version, ciphers: ciphers_of_one});
                assert.equal(socket.getCipher().name, ciphers_of_one);
                assert.equal((await ask(socket)).status, 200);
                socket.destroy();
            }
        }
        const old = {minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT@SECLEVEL=0'};
        const weak = {maxVersion: 'TLSv1.2', ciphers: 'ECDHE-ECDSA-AES128-SHA256:ECDHE-ECDSA-AES256-SHA384'};
        const other_protocol = {ALPNProtocols: ['h2', 'ftp']};
        for (const options of [old, weak, other_protocol]) await assert.rejects(dial(at, options));
        const socket = await dial(at, {ALPNProtocols: ['h2', 'http/1.1']});
        assert.equal(socket.alpnProtocol, 'http/1.1');
        socket.destroy();
    }));

test('sessions are resumed, also by another process of the server', () =>
    with_tls(async ({at}) => {
        for (const version of ['TLSv1.2', 'TLSv1.3']) {
            const first = connect({host: '127.0.0.1', ...at, minVersion: version, maxVersion: version});
            const got = once(first, 'session');
            await once(first, 'secureConnect');
            await ask(first);
            const [session] = await got;
            first.destroy();
            for (let i = 0; i < 12; i += 1) {
                const again = await dial(at, {minVersion: version, maxVersion: version, session});
                assert.ok(again.isSessionReused(), version);
                assert.equal((await ask(again)).status, 200);
                again.destroy();
            }
        }
    }, {PROCESSES: '3'}));

test('a new certificate is taken when its files change, a broken one leaves the old in use', () =>
    with_tls(async ({vault, files, at}) => {
        const stays = await dial(at);
        const old = await serial(at);
        const renewed = common_authority().sign();
        // Between the two files they do not fit together.
        replace(files.certificate, renewed.certificate);
        await until('the broken pair is noticed', () => /TLS_KEY: cannot use .*the certificate read before stays in use/.test(vault.log));
        assert.equal(await serial(at), old);
        replace(files.key, renewed.key);
        await until('the new one is shown', async () => (await serial(at)) === serial_of(renewed.certificate));
        assert.equal((await ask(stays)).status, 200, 'connections go on');
        stays.destroy();

        for (const nonsense of ['', 'no certificate', renewed.certificate.slice(0, 300)]) {
            replace(files.certificate, nonsense);
            vault.log = '';
            vault.kill('SIGHUP');
            await until('it is refused', () => /TLS_CERTIFICATE: cannot use/.test(vault.log));
            assert.equal(await serial(at), serial_of(renewed.certificate));
        }
    }));

test('SIGHUP reads the files again, in all processes', () =>
    with_tls(async ({vault, files, at}) => {
        const renewed = common_authority().sign('rsa');
        replace(files.key, renewed.key);
        replace(files.certificate, renewed.certificate);
        vault.log = '';
        vault.kill('SIGHUP');
        await until('both have read it', () => vault.log.match(/read a new certificate/g)?.length === 2);
        for (let i = 0; i < 8; i += 1) assert.equal(await serial(at), serial_of(renewed.certificate));
    }, {PROCESSES: '2'}));

test('SIGHUP without HTTPS changes nothing', async () => {
    const {postgres} = await common();
    const vault = await new server(postgres.database()).start();
    vault.kill('SIGHUP');
    await until('it says so', () => vault.log.includes('HTTPS is off'));
    assert.equal((await new client(vault.port).call('GET', '/api/health')).status, 200);
    await vault.stop();
});

test('a key that does not fit, or is missing, stops the start with a line that names the setting', async () => {
    const {postgres} = await common();
    const [one, other] = [common_authority().files(), common_authority().files()];
    for (const [env, setting] of [
        [{...one.env, TLS_KEY: other.key}, 'TLS_KEY'],
        [{...one.env, TLS_KEY: '/nowhere/key'}, 'TLS_KEY'],
        [{...one.env, TLS_KEY: undefined}, 'TLS_KEY'],
        [{...one.env, TLS_CERTIFICATE: undefined}, 'TLS_CERTIFICATE'],
        [{...one.env, TLS_CERTIFICATE: one.key}, 'TLS_CERTIFICATE'],
        [{REDIRECT_LISTEN: '127.0.0.1:0'}, 'REDIRECT_LISTEN'],
    ]) {
        const vault = new server(postgres.database(), {LISTEN: '127.0.0.1:0', ...env});
        assert.equal(vault.command('migrate').status, 0);
        const done = vault.command('serve');
        assert.ok(done.status > 0, `${setting}: ${done.status}`);
        const naming = done.errors.split('\n').filter((line) => line.startsWith(`kinvault: ${setting}: `));
        assert.equal(naming.length, 1, done.errors);
    }
});

test('the plain port redirects to the same place', async () => {
    const plain = await free_port();
    await with_tls(async ({vault}) => {
        const location = async (host, target, start = 'GET') => {
            const socket = new raw(plain);
            socket.send(head(`${start} ${target} HTTP/1.1`, `Host: ${host}`));
            const answer = await socket.next({head_only: start === 'HEAD'});
            assert.equal(answer.status, 308);
            assert.equal(await socket.end(), '');
            assert.equal(answer.headers['strict-transport-security'], undefined);
            return answer.headers.location;
        };
        assert.equal(await location('vault.example', '/'), `https://vault.example:${vault.port}/`);
        assert.equal(await location(`vault.example:${plain}`, '/a/b%20c?d=e&f', 'HEAD'), `https://vault.example:${vault.port}/a/b%20c?d=e&f`);
        assert.equal(await location('[::1]:80', '/api/items', 'POST'), `https://[::1]:${vault.port}/api/items`);
        assert.equal(await location('[::1]', '/x'), `https://[::1]:${vault.port}/x`);
        for (const lines of [head('GET / HTTP/1.0'), head('GET / HTTP/1.1', 'Host: a/b'), head('GET http://evil/ HTTP/1.1', 'Host: a')]) {
            const socket = new raw(plain);
            socket.send(lines);
            assert.equal((await socket.next()).status, 400);
            socket.close();
        }
    }, {REDIRECT_LISTEN: `127.0.0.1:${plain}`});
});

test('an upload that is cut off is not taken for a complete one', () =>
    with_tls(async ({vault, at}) => {
        const {postgres} = await common();
        const user = await registered(at, 'cut');
        const item = await user.post('/api/items', passport());
        user.close();
        const form = multipart({name: 'a.bin', type: 'application/octet-stream'}, {item_id: item.id, encryption_version: 2});
        const whole = Buffer.concat([form.before, randomBytes(100_000), form.after]);
        const chunk = (bytes) => Buffer.concat([Buffer.from(`${bytes.length.toString(16)}\r\n`), bytes, Buffer.from('\r\n')]);
        const lines = (framing) => head('POST /api/files/upload HTTP/1.1', `Host: ${host}`,
            `Authorization: Bearer ${user.token}`, `Content-Type: ${form.content_type}`, framing);
        const cut = {
            'the last byte': [lines(`Content-Length: ${whole.length}`), whole.subarray(0, -1)],
            'after the form, before the length': [lines(`Content-Length: ${whole.length + 1}`), whole],
            'without the last chunk': [lines('Transfer-Encoding: chunked'), chunk(whole)],
            'within a chunk': [lines('Transfer-Encoding: chunked'), chunk(whole).subarray(0, -5)],
        };
        for (const [what, [first, bytes]] of Object.entries(cut)) {
            for (const how of ['cut', 'close']) {
                const socket = await dial(at);
                socket.on('error', () => {});
                const gone = new Promise((resolve) => socket.once('close', resolve));
                socket.write(first);
                await new Promise((sent) => socket.write(bytes, sent));
                // One ends the connection below TLS, as somebody on the way could; one closes TLS first.
                if (how === 'cut') socket.destroy();
                else socket.end();
                await gone;
                await until(`${what}, ${how}: nothing is left of it`, () =>
                    postgres.sql('select count(*) from file_attachments', vault.database_name()) === '0' &&
                    postgres.sql('select count(*) from pending_blobs', vault.database_name()) === '0');
            }
        }
        const socket = await dial(at);
        socket.write(lines('Transfer-Encoding: chunked'));
        assert.equal((await ask(socket, Buffer.concat([chunk(whole), Buffer.from('0\r\n\r\n')]))).status, 201);
        socket.destroy();
    }));

test('a handshake that does not end is cut off, and what is no TLS is no request', () =>
    with_tls(async ({vault, at}) => {
        const silent = new raw(vault.port);
        const slow = new raw(vault.port);
        slow.send(Buffer.from([0x16, 0x03, 0x01, 0x01, 0x00, 0x01]));
        const plain = new raw(vault.port);
        plain.send(health);
        assert.doesNotMatch(await plain.end(), /200|ok/);
        assert.equal(await silent.end(), '');
        assert.equal(await slow.end(), '');
        assert.equal((await ask(await dial(at))).status, 200);
    }, {HEAD_TIMEOUT: '1'}));

test('a head that does not end, an idle connection and a deaf client are cut off', () =>
    with_tls(async ({at}) => {
        const slow = await dial(at);
        slow.write(`GET /api/health HTTP/1.1\r\nHost: ${host}\r\n`);
        const idle = await dial(at);
        assert.equal((await ask(idle)).status, 200);
        const user = await registered(at);
        const item = await user.post('/api/items', passport());
        const file = await user.upload(item.id, Buffer.alloc(24 * 1024 * 1024));
        user.close();
        const deaf = connect_plain(at.port, '127.0.0.1');
        const over = connect({socket: deaf, ...at});
        await once(over, 'secureConnect');
        over.pause();
        over.write(head(`GET /api/files/${file.json.id} HTTP/1.1`, `Host: ${host}`, `Authorization: Bearer ${user.token}`));
        const [idle_end] = await Promise.all([once(idle, 'end'), once(slow.resume(), 'close')]);
        assert.deepEqual(idle_end, [], 'TLS was closed properly');
        over.on('error', () => {});
        let bytes = 0;
        over.on('data', (data) => (bytes += data.length));
        await new Promise((resolve) => setTimeout(resolve, 2500)); // the deadline passes while nothing is read
        over.resume();
        await once(over, 'close');
        assert.ok(bytes < 24 * 1024 * 1024, `${bytes} bytes`);
    }, {HEAD_TIMEOUT: '1', IDLE_TIMEOUT: '1', WRITE_TIMEOUT: '1'}));

test('requests in one go are answered in order, HEAD and 100-continue too', () =>
    with_tls(async ({at}) => {
        const socket = await dial(at);
        const count = 300;
        socket.write(health.repeat(count) + head('GET /api/nothing HTTP/1.1', `Host: ${host}`, 'Connection: close'));
        let bytes = Buffer.alloc(0);
        for await (const data of socket) bytes = Buffer.concat([bytes, data]);
        const answers = [];
        for (let answer = read_answer(bytes); answer; answer = read_answer(bytes)) {
            answers.push(answer.status);
            bytes = bytes.subarray(answer.used);
        }
        assert.deepEqual(answers, [...Array(count).fill(200), 404]);
    }));

test('300 MiB up and down: memory stays, the bytes are the same', () =>
    with_tls(async ({vault, at}) => {
        const user = await registered(at);
        const item = await user.post('/api/items', passport());
        await user.call('GET', `/api/files/${(await user.upload(item.id, randomBytes(1_000_000))).json.id}`);
        const before = vault.reset_peak();
        const sent = await send_large(user, item.id, 300);
        assert.equal(await fetch_large(user, sent.id), sent.sum);
        const grown = vault.peak() - before;
        assert.ok(grown < 32 * 1024, `grown by ${grown} KiB`);
        user.close();
    }, {MAX_FILE_SIZE: '1G'}));

const {KINVAULT_CHECK_FULL: full} = process.env;

/// What sslscan has to find fault with: lines that must be there and are not, and such as must not.
const sslscan = async (port) => {
    const scan = spawn('sslscan', ['--no-colour', `--sni-name=${host}`, `127.0.0.1:${port}`], {stdio: ['ignore', 'pipe', 'inherit'], timeout: 60_000});
    let out = '';
    scan.stdout.on('data', (data) => (out += data));
    assert.deepEqual(await once(scan, 'close'), [0, null]);
    const wanted = [
        ...['SSLv2', 'SSLv3', 'TLSv1.0', 'TLSv1.1'].map((version) => `${version} +disabled`), ...['TLSv1.2', 'TLSv1.3'].map((version) => `${version} +enabled`),
        'enegotiation not supported', 'TLS_AES_128_GCM_SHA256',
    ];
    const unwanted = /^.*(?:Compression enabled|(?<!not )vulnerable to heartbleed|RC4|-DES|3DES|MD5|EXP-|NULL|ADH|AECDH).*$/gm;
    const ciphers = [...out.matchAll(/^(?:Preferred|Accepted) .*$/gm)].map(([line]) => line);
    assert.ok(ciphers.length > 0, out);
    const no_aead = ciphers.filter((line) => !/GCM|CHACHA20/.test(line));
    return [...wanted.filter((line) => !new RegExp(line).test(out)), ...[...out.matchAll(unwanted)].map(([line]) => line), ...no_aead];
};

/// A server as one must not be, for a look at the scanners themselves.
const with_weak_server = async (body) => {
    const {certificate, key} = common_authority().sign('rsa');
    const weak = createServer({cert: certificate, key, minVersion: 'TLSv1', ciphers: 'ALL@SECLEVEL=0'}, (socket) => socket.on('error', () => {}).end()).listen(0, '127.0.0.1');
    await once(weak, 'listening');
    try {
        await body(weak.address().port);
    } finally {
        weak.close();
    }
};

const no_sslscan = installed('sslscan') ? '' : 'sslscan is not installed';

for (const kind of ['ec', 'rsa']) {
    test(`sslscan finds nothing (${kind})`, () =>
        with_tls(async ({at}) => assert.deepEqual(await sslscan(at.port), []),
            {}, common_authority().files(common_authority().sign(kind))), {skip: no_sslscan});
}

test('sslscan would find old versions and ciphers', () =>
    with_weak_server(async (port) => {
        const found = (await sslscan(port)).join('\n');
        for (const flaw of [/TLSv1\.0/, /TLSv1\.1/, /AES128-SHA\b/]) assert.match(found, flaw);
    }), {skip: no_sslscan});

/// What testssl says of itself, and of a certificate and a name that exist for this test only.
const not_of_the_server = new Set(['engine_problem', 'cert_revocation', 'DNS_CAArecord']);

/// The findings of testssl.sh, without those that are good or none.
const testssl = async (port, ...words) => {
    const report = join(folder(), 'report.json');
    const scan = spawn('testssl', ['--quiet', '--color', '0', '--warnings', 'off', '--add-ca', common_authority().file, '--ip', '127.0.0.1',
        '--jsonfile', report, ...words, `https://localhost:${port}/api/health`], {stdio: 'ignore'});
    await once(scan, 'exit');
    const all = JSON.parse(readFileSync(report, 'utf8'));
    assert.ok(all.some(({severity}) => severity === 'OK'), 'it has looked at something');
    return all.filter(({id, severity}) => !['OK', 'INFO', 'DEBUG'].includes(severity) && !not_of_the_server.has(id));
};

const no_testssl = !full ? 'takes minutes: ./check --full' : installed('testssl') ? '' : 'testssl.sh is not installed';

test('testssl.sh finds nothing', () =>
    with_tls(async ({at}) => assert.deepEqual(await testssl(at.port), [])), {skip: no_testssl, seconds: 1200});

test('testssl.sh would find old versions', () =>
    with_weak_server(async (port) => {
        const found = (await testssl(port, '--protocols')).map(({id}) => id);
        for (const id of ['TLS1', 'TLS1_1']) assert.ok(found.includes(id), found.join(', '));
    }), {skip: no_testssl, seconds: 300});
