// The framing gate: whatever is not plainly one request is refused and the connection closed, so
// that nothing behind it is ever taken for a request.
import {strict as assert} from 'node:assert';

import {describe, test} from '../support/suite.mjs';
import {registered} from './lib/client.mjs';
import {common} from './lib/machine.mjs';
import {answers_until_close, head, raw} from './lib/raw.mjs';

describe('framing');

const host = 'Host: vault.example';
const hidden = 'GET /api/health?hidden HTTP/1.1\r\nHost: vault.example\r\n\r\n';
const post = 'POST /api/auth/prelogin HTTP/1.1';
const json = 'Content-Type: application/json';
const chunks = '0\r\n\r\n';

/// name: [what is sent, statuses that are right]
const refused = {
    'Transfer-Encoding: xchunked': [head(post, host, json, 'Transfer-Encoding: xchunked') + chunks],
    'Transfer-Encoding: chunked, gzip': [head(post, host, json, 'Transfer-Encoding: chunked, gzip') + chunks],
    'Transfer-Encoding: gzip, chunked': [head(post, host, json, 'Transfer-Encoding: gzip, chunked') + chunks],
    'Transfer-Encoding: chunked, chunked': [head(post, host, json, 'Transfer-Encoding: chunked, chunked') + chunks],
    'Transfer-Encoding: identity': [head(post, host, json, 'Transfer-Encoding: identity', 'Content-Length: 0')],
    'Transfer-Encoding twice': [head(post, host, json, 'Transfer-Encoding: chunked', 'Transfer-Encoding: chunked') + chunks],
    'Transfer-Encoding with a vertical tab': [head(post, host, json, 'Transfer-Encoding: \vchunked') + chunks],
    'chunked with Content-Length': [head(post, host, json, 'Content-Length: 5', 'Transfer-Encoding: chunked') + chunks],
    'chunked before Content-Length': [head(post, host, json, 'Transfer-Encoding: chunked', 'Content-Length: 5') + chunks],
    'chunked in HTTP/1.0': [head('POST /api/auth/prelogin HTTP/1.0', host, json, 'Transfer-Encoding: chunked') + chunks],
    'Content-Length twice': [head(post, host, json, 'Content-Length: 2', 'Content-Length: 3') + '{}'],
    'Content-Length twice the same': [head(post, host, json, 'Content-Length: 2', 'Content-Length: 2') + '{}'],
    'Content-Length as a list': [head(post, host, json, 'Content-Length: 2, 2') + '{}'],
    'Content-Length with a sign': [head(post, host, json, 'Content-Length: +2') + '{}'],
    'Content-Length below zero': [head(post, host, json, 'Content-Length: -2') + '{}'],
    'Content-Length in hexadecimal': [head(post, host, json, 'Content-Length: 0x2') + '{}'],
    'Content-Length without a number': [head(post, host, json, 'Content-Length:') + '{}'],
    'Content-Length beyond 64 bits': [head(post, host, json, 'Content-Length: 18446744073709551618') + '{}'],
    'two Hosts': [head('GET /api/health HTTP/1.1', host, 'Host: other.example')],
    'two equal Hosts': [head('GET /api/health HTTP/1.1', host, host)],
    'no Host': [head('GET /api/health HTTP/1.1')],
    'an empty Host': [head('GET /api/health HTTP/1.1', 'Host:')],
    'a Host with a path': [head('GET /api/health HTTP/1.1', 'Host: vault.example/api')],
    'a Host with a user': [head('GET /api/health HTTP/1.1', 'Host: user@vault.example')],
    'a Host with a space': [head('GET /api/health HTTP/1.1', 'Host: vault example')],
    'a folded field': [head('GET /api/health HTTP/1.1', host, 'X-A: b', ' Transfer-Encoding: chunked')],
    'a fold with a tab': [head('GET /api/health HTTP/1.1', host, 'X-A: b', '\tc')],
    'a folded first field': [`GET /api/health HTTP/1.1\r\n ${host}\r\n\r\n`],
    'a space before the colon': [head('GET /api/health HTTP/1.1', 'Host : vault.example')],
    'a field without a colon': [head('GET /api/health HTTP/1.1', host, 'nonsense')],
    'a field without a name': [head('GET /api/health HTTP/1.1', host, ': value')],
    'a NUL in a field': [head('GET /api/health HTTP/1.1', host, 'X-A: a\0b')],
    'a bare CR in a field': [head('GET /api/health HTTP/1.1', host, 'X-A: a\rX-B: c')],
    'lines that end in LF': [`GET /api/health HTTP/1.1\n${host}\n\n`],
    '65 fields': [head('GET /api/health HTTP/1.1', host, ...Array.from({length: 64}, (_, i) => `X-F${i}: v`)), [400, 431]],
    'a head of more than 16 KiB': [head('GET /api/health HTTP/1.1', host, ...Array.from({length: 20}, (_, i) => `X-F${i}: ${'v'.repeat(1000)}`)), [400, 431]],
    'a target of more than 16 KiB': [head(`GET /api/health?${'q'.repeat(17_000)} HTTP/1.1`, host), [400, 414, 431]],
    'an endless field': [`GET /api/health HTTP/1.1\r\n${host}\r\nX-A: ${'v'.repeat(40_000)}`, [400, 431]],
    'a target in absolute form': [head('GET http://vault.example/api/health HTTP/1.1', host)],
    'a target without a slash': [head('GET api/health HTTP/1.1', host)],
    'an authority as target': [head('GET vault.example:443 HTTP/1.1', host)],
    'a target with a NUL': [head('GET /api/health%00 HTTP/1.1', host)],
    'a target with a raw byte': [head('GET /api/h\xe9alth HTTP/1.1', host)],
    'a target with a control character': [head('GET /api/he\x01alth HTTP/1.1', host)],
    'a target with a bad escape': [head('GET /api/%zz HTTP/1.1', host)],
    'a target with half an escape': [head('GET /api/health%2 HTTP/1.1', host)],
    'a target with dot segments': [head('GET /api/x/../health HTTP/1.1', host)],
    'a target with escaped dot segments': [head('GET /api/x/%2e%2E/health HTTP/1.1', host)],
    'a target with an escaped slash and dots': [head('GET /api/x%2f..%2fhealth HTTP/1.1', host)],
    'a target with a fragment': [head('GET /api/health#top HTTP/1.1', host)],
    'a target with a space': [head('GET /api/health here HTTP/1.1', host), [400, 505]],
    'no target': [head('GET HTTP/1.1', host)],
    'no version': [head('GET /api/health', host), [400, 505]],
    'HTTP/2.0': [head('GET /api/health HTTP/2.0', host), [400, 505]],
    'HTTP/1.2': [head('GET /api/health HTTP/1.2', host), [400, 505]],
    'another protocol': ['SSH-2.0-OpenSSH_9.2\r\n\r\n'],
    'the start of TLS': [Buffer.from('16030100f5010000f10303deadbeef0d0a0d0a', 'hex')],
    'an unknown method': [head('BREW /api/health HTTP/1.1', host), [501]],
    'a method in lower case': [head('get /api/health HTTP/1.1', host), [501]],
    CONNECT: [head('CONNECT vault.example:443 HTTP/1.1', host), [400, 501]],
    TRACE: [head('TRACE /api/health HTTP/1.1', host), [501]],
    'an unknown expectation': [head(post, host, json, 'Content-Length: 2', 'Expect: 200-ok') + '{}', [400, 417]],
};

for (const [name, [bytes, right = [400]]] of Object.entries(refused)) {
    test(`${name} is refused and nothing behind it is read`, async () => {
        const {vault} = await common();
        const data = Buffer.concat([Buffer.from(bytes, 'latin1'), Buffer.from(hidden)]);
        const {answers, rest} = await answers_until_close(vault.port, data);
        assert.equal(answers.length, 1, `one answer, not ${answers.map(({status}) => status)}`);
        assert.equal(rest, '');
        const [{status, headers, body}] = answers;
        assert.ok(right.includes(status), `status ${status}, not ${right}`);
        assert.equal(headers.connection, 'close');
        assert.equal(headers['x-content-type-options'], 'nosniff');
        assert.equal(typeof JSON.parse(body).detail, 'string');
    });
}

const bad_chunks = {
    'a chunk size that is no number': 'zz\r\n{}\r\n0\r\n\r\n',
    'a chunk size beyond 64 bits': '10000000000000002\r\n{}\r\n0\r\n\r\n',
    'a chunk longer than its size': '1\r\n{}\r\n0\r\n\r\n',
    'a chunk size with a sign': '+2\r\n{}\r\n0\r\n\r\n',
    'an endless chunk extension': `2;${'x'.repeat(200_000)}`,
    'an endless trailer': `2\r\n{}\r\n0\r\nX-A: ${'x'.repeat(200_000)}`,
};

for (const [name, bytes] of Object.entries(bad_chunks)) {
    test(`${name} is refused and the server lives`, async () => {
        const {vault} = await common();
        const data = head(post, host, json, 'Transfer-Encoding: chunked') + bytes;
        const {answers, rest} = await answers_until_close(vault.port, data);
        assert.ok(answers.length <= 1, 'at most one answer');
        assert.equal(rest, '');
        if (answers.length > 0) assert.ok(answers[0].status >= 400 && answers[0].status < 500, `status ${answers[0].status}`);
        const next = new raw(vault.port);
        next.send(head('GET /api/health HTTP/1.1', host));
        assert.equal((await next.next()).status, 200);
        next.close();
    });
}

test('credentials in a trailer are ignored', async () => {
    const {vault} = await common();
    const user = await registered(vault.port);
    const connection = new raw(vault.port);
    const body = JSON.stringify({name: 'Family'});
    const chunked = `${body.length.toString(16)}\r\n${body}\r\n0\r\nAuthorization: Bearer ${user.token}\r\n\r\n`;
    connection.send(head('POST /api/orgs HTTP/1.1', host, json, 'Transfer-Encoding: chunked') + chunked);
    const answer = await connection.next();
    assert.equal(answer.status, 401);
    connection.close();
    user.close();
});

test('64 fields are served', async () => {
    const {vault} = await common();
    const connection = new raw(vault.port);
    connection.send(head('GET /api/health HTTP/1.1', host, ...Array.from({length: 63}, (_, i) => `X-F${i}: v`)));
    assert.equal((await connection.next()).status, 200);
    connection.close();
});

test('a head of 15 KiB that comes byte by byte is served', async () => {
    const {vault} = await common();
    const connection = new raw(vault.port);
    const bytes = head('GET /api/health HTTP/1.1', host, ...Array.from({length: 15}, (_, i) => `X-F${i}: ${'v'.repeat(1000)}`));
    for (let i = 0; i < 200; i += 1) connection.send(bytes.slice(i, i + 1));
    connection.send(bytes.slice(200));
    assert.equal((await connection.next()).status, 200);
    connection.close();
});
