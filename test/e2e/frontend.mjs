// The web frontend on the same origin: a static build, or its own server behind ours.
import {strict as assert} from 'node:assert';
import {spawnSync} from 'node:child_process';
import {randomBytes} from 'node:crypto';
import {once} from 'node:events';
import {mkdirSync, symlinkSync, writeFileSync} from 'node:fs';
import {createServer, request} from 'node:http';
import {connect as connect_plain} from 'node:net';
import {join} from 'node:path';
import {connect as connect_tls} from 'node:tls';

import {describe, test} from '../support/suite.mjs';
import {common_authority, host} from './lib/certificates.mjs';
import {client} from './lib/client.mjs';
import {common, folder, free_port, server, until} from './lib/machine.mjs';
import {head, raw} from './lib/raw.mjs';

describe('frontend');

const vault_host = `Host: ${host}`;

const with_frontend = async (frontend, body, env = {}) => {
    const {postgres} = await common();
    const vault = await new server(postgres.database(), {FRONTEND: frontend, ...env}).start();
    try {
        await body(vault);
    } finally {
        await vault.stop('SIGKILL');
    }
};

/// Any request to the vault, read whole; nothing is followed or decoded.
const get = (vault, path, {method = 'GET', headers = {}, body} = {}) =>
    new Promise((resolve, reject) => {
        const asked = request({host: '127.0.0.1', port: vault.port, method, path, headers: {host, ...headers}, agent: false}, async (answer) => {
            try {
                const pieces = [];
                for await (const piece of answer) pieces.push(piece);
                resolve({status: answer.statusCode, headers: answer.headers, body: Buffer.concat(pieces)});
            } catch (error) {
                reject(error);
            }
        });
        asked.on('error', reject);
        asked.end(body);
    });

// --- a static build ---

const page = '<!doctype html><title>vault</title>';
const big = randomBytes(400_000);

const build = () => {
    const place = folder('dist');
    const write = (name, content) => {
        mkdirSync(join(place, name, '..'), {recursive: true});
        writeFileSync(join(place, name), content);
    };
    write('index.html', page);
    write('about.html', 'about');
    write('help/index.html', 'help');
    write('assets/index-Bx3Kq9Zf.js', 'export {}');
    write('assets/with space.txt', 'blank');
    write('big.bin', big);
    write('.env', 'SECRET=1');
    write('.git/config', 'secret');
    write('.well-known/security.txt', 'Contact: x');
    const outside = folder('outside');
    writeFileSync(join(outside, 'secret.txt'), 'secret');
    symlinkSync(join(outside, 'secret.txt'), join(place, 'leak.txt'));
    symlinkSync(outside, join(place, 'leaking'));
    symlinkSync('about.html', join(place, 'link.txt'));
    assert.equal(spawnSync('mkfifo', [join(place, 'pipe.txt')]).status, 0);
    return place;
};

test('a static build: files, types, pages, and index.html for the rest', () =>
    with_frontend(build(), async (vault) => {
        const expected = {
            '/': [200, page, 'text/html; charset=utf-8'],
            '/index.html': [200, page, 'text/html; charset=utf-8'],
            '/items/123?tab=files': [200, page, 'text/html; charset=utf-8'],
            '/about': [200, 'about', 'text/html; charset=utf-8'],
            '/help': [200, 'help', 'text/html; charset=utf-8'],
            '/help/': [200, 'help', 'text/html; charset=utf-8'],
            '/assets/index-Bx3Kq9Zf.js': [200, 'export {}', 'text/javascript; charset=utf-8'],
            '/assets/with%20space.txt': [200, 'blank', 'text/plain; charset=utf-8'],
            '/.well-known/security.txt': [200, 'Contact: x', 'text/plain; charset=utf-8'],
            '/link.txt': [200, 'about', 'text/plain; charset=utf-8'],
            '/assets/gone-Bx3Kq9Zf.js': [404],
            '/pipe.txt': [404],
            '/api/nothing': [404],
            '/api': [404],
        };
        for (const [path, [status, body, type]] of Object.entries(expected)) {
            const answer = await get(vault, path);
            assert.equal(answer.status, status, path);
            if (body) assert.equal(answer.body.toString(), body, path);
            assert.equal(answer.headers['content-type'], type ?? 'application/json', path);
            assert.match(answer.headers['content-security-policy'], /default-src 'self'/);
            assert.equal(answer.headers['x-content-type-options'], 'nosniff');
        }
        assert.equal((await get(vault, '/api/health')).body.toString(), '{"status":"ok"}');
        assert.equal((await get(vault, '/openapi.json')).status, 200);
        assert.equal((await get(vault, '/about', {method: 'POST'})).status, 405);
        const only = await get(vault, '/big.bin', {method: 'HEAD'});
        assert.deepEqual([only.status, only.headers['content-length'], only.body.length], [200, '400000', 0]);
    }));

test('caches: hashed names for ever, the rest by ETag; ranges', () =>
    with_frontend(build(), async (vault) => {
        const hashed = await get(vault, '/assets/index-Bx3Kq9Zf.js');
        assert.equal(hashed.headers['cache-control'], 'public, max-age=31536000, immutable');
        const first = await get(vault, '/big.bin');
        assert.equal(first.headers['cache-control'], 'no-cache');
        assert.ok(first.body.equals(big));
        const {etag, 'last-modified': modified} = first.headers;
        for (const [headers, status] of [
            [{'if-none-match': etag}, 304],
            [{'if-none-match': '"other"', 'if-modified-since': modified}, 200],
            [{'if-modified-since': modified}, 304],
            [{range: 'bytes=100000-100099'}, 206],
            [{range: 'bytes=500000-'}, 416],
        ]) {
            const answer = await get(vault, '/big.bin', {headers});
            assert.equal(answer.status, status, JSON.stringify(headers));
            if (status === 206) assert.ok(answer.body.equals(big.subarray(100_000, 100_100)));
            if (status === 304) assert.equal(answer.headers.etag, etag);
        }
        const small = await get(vault, '/', {headers: {range: 'bytes=2-8'}});
        assert.deepEqual([small.status, small.body.toString()], [206, page.slice(2, 9)]);
        writeFileSync(join(vault.extra.FRONTEND, 'big.bin'), 'changed');
        assert.equal((await get(vault, '/big.bin', {headers: {'if-none-match': etag}})).body.toString(), 'changed');
    }));

test('nothing outside of the build, and nothing hidden', () =>
    with_frontend(build(), async (vault) => {
        for (const path of [
            '/../outside', '/%2e%2e/secret.txt', '/assets/..%2f..%2fsecret.txt', '/..%5csecret.txt', '//etc/passwd', '/%2fetc%2fpasswd', '/leak.txt',
            '/leaking/secret.txt', '/.env', '/.git/config', '/assets/../.env', '/%2eenv', '/assets/%2e%2e/%2eenv', '/big.bin/', '/big.bin/x.txt', '/a%00.txt',
        ]) {
            const socket = new raw(vault.port);
            socket.send(head(`GET ${path} HTTP/1.1`, vault_host, 'Connection: close'));
            const answer = await socket.next();
            assert.doesNotMatch(answer.body, /secret|SECRET|root:/, path);
            assert.ok([400, 404].includes(answer.status) || answer.body === page, `${path}: ${answer.status}`);
            socket.close();
        }
    }));

test('a folder without index.html, and an address that is none, stop the start', async () => {
    const {postgres} = await common();
    for (const frontend of [folder(), '/nowhere', 'https://localhost:3000', 'http://localhost:3000/app', 'ftp://x']) {
        const vault = new server(postgres.database(), {LISTEN: '127.0.0.1:0', FRONTEND: frontend});
        vault.command('migrate');
        const done = vault.command('serve');
        assert.ok(done.status > 0, frontend);
        assert.equal(done.errors.split('\n').filter((line) => line.startsWith('kinvault: FRONTEND: ')).length, 1, done.errors);
    }
});

// --- its own server ---

/// A frontend's server that tells what it was asked; `answers` are by path.
const with_own_server = async (answers, body, env = {}) => {
    const seen = [];
    const own = createServer(async (asked, answer) => {
        const pieces = [];
        const {method, url, rawHeaders, headers} = asked;
        const one = {method, url, headers, fields: rawHeaders};
        seen.push(one);
        const special = answers[url.split('?')[0]];
        if (special) return special(asked, answer);
        for await (const piece of asked) pieces.push(piece);
        one.body = Buffer.concat(pieces);
        answer.setHeader('content-type', 'text/plain').end(`${method} ${url} ${one.body.length}`);
    }).listen(0, '127.0.0.1');
    await once(own, 'listening');
    try {
        await with_frontend(`http://localhost:${own.address().port}`, (vault) => body({vault, own, seen}), env);
    } finally {
        own.closeAllConnections();
        own.close();
    }
};

test('requests outside of /api go to its own server, and only those', () =>
    with_own_server({}, async ({vault, seen}) => {
        const answer = await get(vault, '/page%20one?a=b%26', {headers: {
            cookie: 'a=b', 'x-forwarded-for': '6.6.6.6', forwarded: 'for=6.6.6.6', connection: 'close, x-hop', 'x-hop': '1', 'accept-language': 'en'}});
        assert.equal(answer.status, 200);
        assert.equal(answer.body.toString(), 'GET /page%20one?a=b%26 0');
        assert.ok(answer.headers['x-request-id']);
        assert.equal(answer.headers['content-security-policy'], undefined, 'its own server says what its pages may do');
        const {headers} = seen[0];
        assert.deepEqual(
            [headers.host, headers.cookie, headers['accept-language'], headers['x-forwarded-for'], headers['x-forwarded-proto'], headers['x-forwarded-host']],
            [host, 'a=b', 'en', '127.0.0.1', 'http', host]);
        assert.ok(!('x-hop' in headers) && !('forwarded' in headers));
        assert.equal((await get(vault, '/api/health')).status, 200);
        assert.equal((await get(vault, '/api/none')).status, 404);
        assert.equal((await get(vault, '/%61pi/none')).status, 404);
        assert.equal(seen.length, 1);
        for (const method of ['PUT', 'DELETE', 'PATCH', 'OPTIONS']) {
            assert.equal((await get(vault, '/form', {method, body: 'abc', headers: {'content-length': 3}})).body.toString(), `${method} /form 3`);
        }
        const posted = await get(vault, '/form', {method: 'POST', body: Buffer.alloc(300_000), headers: {'transfer-encoding': 'chunked'}});
        assert.equal(posted.body.toString(), 'POST /form 300000');
    }));

test('answers come through as they are, whatever their framing', () =>
    with_own_server({
        '/cookies': (_, answer) => answer.writeHead(302, {location: '/x', 'set-cookie': ['a=1', 'b=2'], 'content-length': 0}).end(),
        '/unchanged': (_, answer) => answer.writeHead(304, {etag: '"1"'}).end(),
        '/chunks': async (_, answer) => {
            for (let i = 0; i < 3; i += 1) {
                answer.write(`part ${i};`);
                await new Promise((resolve) => setTimeout(resolve, 20));
            }
            answer.end();
        },
        '/until-close': (asked) => asked.socket.end('HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nuntil the end'),
        '/early': (asked) => asked.socket.write('HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok'),
        '/broken': (asked) => asked.socket.end('HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nshort'),
        '/broken-chunk': (asked) => asked.socket.end('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nshort\r\n'),
        '/nonsense': (asked) => asked.socket.end('SSH-2.0-nothing\r\n\r\n'),
        '/switch': (asked) => asked.socket.write('HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n'),
        '/refused': (asked) => asked.socket.end('HTTP/1.1 413 Too Large\r\nContent-Length: 3\r\nConnection: close\r\n\r\nbig'),
    }, async ({vault}) => {
        const moved = await get(vault, '/cookies');
        assert.deepEqual([moved.status, moved.headers.location, moved.headers['set-cookie']], [302, '/x', ['a=1', 'b=2']]);
        assert.equal((await get(vault, '/unchanged')).status, 304);
        const chunks = await get(vault, '/chunks');
        assert.deepEqual([chunks.body.toString(), chunks.headers['transfer-encoding']], ['part 0;part 1;part 2;', 'chunked']);
        assert.equal((await get(vault, '/until-close')).body.toString(), 'until the end');
        assert.equal((await get(vault, '/early')).body.toString(), 'ok');
        assert.equal((await get(vault, '/chunks', {method: 'HEAD'})).body.length, 0);
        await assert.rejects(get(vault, '/broken'));
        await assert.rejects(get(vault, '/broken-chunk'));
        for (const path of ['/nonsense', '/switch']) {
            assert.deepEqual(JSON.parse((await get(vault, path)).body), {detail: 'The frontend is not available'});
        }
        const old = connect_plain(vault.port, '127.0.0.1');
        old.end(`GET /chunks HTTP/1.0\r\n${vault_host}\r\n\r\n`);
        let text = '';
        for await (const piece of old) text += piece;
        assert.ok(text.endsWith('\r\n\r\npart 0;part 1;part 2;'), text);
        assert.doesNotMatch(text, /chunked/i);
    }));

test('bodies stream in both directions, in bounded memory', () =>
    with_own_server({
        '/echo': (asked, answer) => {
            answer.writeHead(200);
            asked.on('data', () => {});
            asked.on('end', () => {
                const block = Buffer.alloc(1024 * 1024, 7);
                let left = 150;
                const more = () => {
                    while (left > 0 && answer.write(block)) left -= 1;
                    if (left > 0) answer.once('drain', () => ((left -= 1), more()));
                    else answer.end();
                };
                more();
            });
        },
    }, async ({vault}) => {
        await get(vault, '/');
        const before = vault.reset_peak();
        const asked = request({host: '127.0.0.1', port: vault.port, method: 'POST', path: '/echo', headers: {host}, agent: false});
        const answered = once(asked, 'response');
        for (let i = 0; i < 150; i += 1) {
            if (!asked.write(Buffer.alloc(1024 * 1024, i))) await once(asked, 'drain');
        }
        asked.end();
        const [answer] = await answered;
        let bytes = 0;
        for await (const piece of answer) bytes += piece.length;
        assert.ok(bytes >= 150 * 1024 * 1024, String(bytes));
        assert.ok(vault.peak() - before < 32 * 1024);
    }));

test('its own server is away: 502, and the interface is served', async () => {
    const port = await free_port();
    await with_frontend(`http://127.0.0.1:${port}`, async (vault) => {
        const answer = await get(vault, '/');
        assert.deepEqual([answer.status, JSON.parse(answer.body)], [502, {detail: 'The frontend is not available'}]);
        assert.equal((await new client(vault.port).call('GET', '/api/health')).status, 200);
    });
});

test('what could be read as two requests reaches nobody', () =>
    with_own_server({}, async ({vault, seen}) => {
        for (const lines of [
            head('POST / HTTP/1.1', vault_host, 'Content-Length: 3', 'Transfer-Encoding: chunked') + '0\r\n\r\nGET /smuggled HTTP/1.1\r\n\r\n',
            head('POST / HTTP/1.1', vault_host, 'Transfer-Encoding: xchunked') + 'GET /smuggled HTTP/1.1\r\n\r\n',
            head('POST / HTTP/1.1', vault_host, 'Content-Length: 0', 'Content-Length: 30') + 'GET /smuggled HTTP/1.1\r\n\r\n',
            head('GET / HTTP/1.1', vault_host, 'X: a\r\n b'),
            head('GET /a\tb HTTP/1.1', vault_host),
        ]) {
            const socket = new raw(vault.port);
            socket.send(lines);
            assert.equal((await socket.next()).status, 400);
            await socket.end();
        }
        assert.equal(seen.length, 0);
        // A body is never more, nor less, than its framing says.
        const socket = new raw(vault.port);
        socket.send(head('POST /one HTTP/1.1', vault_host, 'Content-Length: 5') + 'abcde' + head('GET /two HTTP/1.1', vault_host, 'Connection: close'));
        assert.equal((await socket.next()).status, 200);
        assert.equal((await socket.next()).status, 200);
        assert.deepEqual(seen.map(({url, body}) => [url, body.toString()]), [['/one', 'abcde'], ['/two', '']]);
        socket.close();
    }));

// --- WebSockets, as bytes ---

const ask_upgrade = head('GET /socket HTTP/1.1', vault_host, 'Connection: keep-alive, Upgrade', 'Upgrade: websocket', 'Sec-WebSocket-Version: 13', 'Sec-WebSocket-Key: abc', 'Sec-WebSocket-Protocol: x');

/// An echo behind the vault, and a connection through it after the upgrade.
const with_echo = async (tls, body) => {
    const ends = [];
    const echo = (own) => own.on('upgrade', (asked, socket, rest) => {
        ends.push(socket);
        socket.on('error', () => {});
        socket.write('HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: xyz\r\n\r\nhello');
        socket.write(rest);
        socket.pipe(socket);
    });
    await with_own_server({}, async ({vault, own}) => {
        echo(own);
        const socket = tls ? connect_tls({host: '127.0.0.1', port: vault.port, ca: common_authority().pem, servername: host, allowHalfOpen: true})
            : connect_plain({port: vault.port, host: '127.0.0.1', allowHalfOpen: true});
        socket.on('error', () => {});
        const state = {socket, ends, vault, bytes: Buffer.alloc(0), ended: false};
        socket.on('data', (data) => (state.bytes = Buffer.concat([state.bytes, data])));
        socket.on('close', () => (state.ended = true));
        socket.on('end', () => (state.ended = true));
        socket.write(`${ask_upgrade}first`);
        await until('the upgrade', () => state.bytes.toString('latin1').endsWith('hellofirst') && state.bytes);
        const answer = state.bytes.toString('latin1');
        assert.match(answer, /^HTTP\/1\.1 101 Switching Protocols\r\n/);
        assert.match(answer, /\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n/i);
        assert.match(answer, /\r\nSec-WebSocket-Accept: xyz\r\n/i);
        assert.doesNotMatch(answer, /content-length|transfer-encoding/i);
        state.bytes = Buffer.alloc(0);
        await body(state);
        socket.destroy();
    }, tls ? common_authority().files().env : {});
};

for (const tls of [false, true]) {
    const over = tls ? ' over TLS' : '';

    test(`a WebSocket${over}: bytes in both directions at once`, () =>
        with_echo(tls, async (state) => {
            const sent = randomBytes(8 * 1024 * 1024);
            let length = 0;
            const pieces = [];
            state.socket.removeAllListeners('data').on('data', (data) => {
                pieces.push(data);
                length += data.length;
            });
            state.socket.write(sent);
            await until('all has come back', () => length === sent.length);
            assert.ok(Buffer.concat(pieces).equals(sent));
        }));

    test(`a WebSocket${over} ends at both ends, whoever ends it, and with the server`, async () => {
        await with_echo(tls, async ({socket, ends}) => {
            socket.destroy();
            await until('its own server knows', () => ends[0].destroyed);
        });
        await with_echo(tls, async (state) => {
            state.ends[0].end('bye');
            await until('the client knows', () => state.ended);
            assert.equal(state.bytes.toString(), 'bye');
        });
        await with_echo(tls, async (state) => {
            state.vault.kill('SIGTERM');
            assert.deepEqual(await state.vault.ended, {code: 0, signal: null});
            await until('the client knows', () => state.ended);
        });
    });
}
