// HTTP as proper clients use it: connections that stay, requests in a row, bodies in chunks, HEAD,
// 100-continue.
import {strict as assert} from 'node:assert';

import {describe, test} from '../support/suite.mjs';
import {multipart, new_email, passport, registered} from './lib/client.mjs';
import {common} from './lib/machine.mjs';
import {head, raw} from './lib/raw.mjs';

describe('http');

const host = 'Host: vault.example';
const json = 'Content-Type: application/json';
const health = head('GET /api/health HTTP/1.1', host);

/// Opens a connection to the common server for the time of `body`.
const connected = async (body) => {
    const {vault} = await common();
    const connection = new raw(vault.port);
    try {
        await body(connection, vault);
    } finally {
        connection.close();
    }
};

test('health is served', () =>
    connected(async (connection) => {
        connection.send(health);
        const answer = await connection.next();
        assert.equal(answer.status, 200);
        assert.deepEqual(JSON.parse(answer.body), {status: 'ok'});
        assert.match(answer.headers.date, /^\w{3}, \d\d \w{3} \d{4} \d\d:\d\d:\d\d GMT$/);
        assert.match(answer.headers['content-type'], /^application\/json/);
    }));

test('requests in one piece are answered in order', () =>
    connected(async (connection) => {
        const email = new_email();
        const login = JSON.stringify({email});
        connection.send(
            health +
            head('GET /api/nowhere HTTP/1.1', host) +
            head('POST /api/auth/prelogin HTTP/1.1', host, json, `Content-Length: ${login.length}`) + login +
            head('DELETE /api/health HTTP/1.1', host) +
            head('GET /api/items HTTP/1.1', host) +
            health);
        const statuses = [];
        for (let i = 0; i < 6; i += 1) statuses.push((await connection.next()).status);
        assert.deepEqual(statuses, [200, 404, 200, 405, 401, 200]);
    }));

test('two hundred requests in one piece are all answered', () =>
    connected(async (connection) => {
        connection.send(health.repeat(200));
        for (let i = 0; i < 200; i += 1) assert.equal((await connection.next()).status, 200);
    }));

test('HEAD is GET without the body, and the connection goes on', () =>
    connected(async (connection) => {
        connection.send(head('HEAD /api/health HTTP/1.1', host) + health);
        const without = await connection.next({head_only: true});
        const answer = await connection.next();
        assert.equal(without.status, 200);
        assert.equal(without.headers['content-length'], String(answer.body.length));
        assert.equal(answer.status, 200);
    }));

test('Connection: close is kept', () =>
    connected(async (connection) => {
        connection.send(head('GET /api/health HTTP/1.1', host, 'Connection: close') + health);
        const answer = await connection.next();
        assert.equal(answer.headers.connection, 'close');
        assert.equal(await connection.end(), '');
    }));

test('HTTP/1.0 is answered and closed', () =>
    connected(async (connection) => {
        connection.send(head('GET /api/health HTTP/1.0', host));
        assert.equal((await connection.next()).status, 200);
        assert.equal(await connection.end(), '');
    }));

test('empty lines before a request are skipped', () =>
    connected(async (connection) => {
        connection.send(`\r\n${health}\r\n\r\n${health}`);
        assert.equal((await connection.next()).status, 200);
        assert.equal((await connection.next()).status, 200);
    }));

test('a body in chunks of one byte, with extensions and a trailer, is one body', () =>
    connected(async (connection) => {
        const body = Buffer.from(JSON.stringify({email: new_email(), password: 'longer than eight', full_name: 'Grace Höpper'}));
        connection.send(head('POST /api/auth/register HTTP/1.1', host, json, 'Transfer-Encoding: chunked'));
        for (const byte of body) connection.send(Buffer.concat([Buffer.from('1;ext=1\r\n'), Buffer.from([byte]), Buffer.from('\r\n')]));
        connection.send(`0\r\nX-Trailer: t\r\n\r\n${health}`);
        const answer = await connection.next();
        assert.equal(answer.status, 201, answer.body);
        assert.equal(JSON.parse(Buffer.from(answer.body, 'latin1').toString()).user.full_name, 'Grace Höpper');
        assert.equal((await connection.next()).status, 200);
    }));

test('unknown paths and methods say so in JSON', () =>
    connected(async (connection) => {
        connection.send(head('GET /api/nowhere HTTP/1.1', host) + head('PUT /api/items HTTP/1.1', host, 'Content-Length: 0'));
        const unknown = await connection.next();
        assert.equal(unknown.status, 404);
        assert.deepEqual(JSON.parse(unknown.body), {detail: 'Not Found'});
        const wrong = await connection.next();
        assert.equal(wrong.status, 405);
        assert.deepEqual(JSON.parse(wrong.body), {detail: 'Method Not Allowed'});
        const allowed = wrong.headers.allow.split(/\s*,\s*/);
        for (const method of ['GET', 'POST']) assert.ok(allowed.includes(method), `Allow names ${method}: ${allowed}`);
    }));

test('a superfluous slash is redirected', () =>
    connected(async (connection) => {
        connection.send(head('GET /api/health/?a=b HTTP/1.1', host));
        const answer = await connection.next();
        assert.equal(answer.status, 307);
        assert.ok(answer.headers.location.endsWith('/api/health?a=b'), answer.headers.location);
    }));

test('100-continue is said when the body is wanted', async () => {
    const {vault} = await common();
    const user = await registered(vault.port);
    const item = await user.post('/api/items', passport());
    const form = multipart({name: 'a.bin', type: 'text/plain'}, {item_id: item.id, encryption_version: 2});
    const body = Buffer.concat([form.before, Buffer.from('ciphertext'), form.after]);
    await connected(async (connection) => {
        connection.send(head('POST /api/files/upload HTTP/1.1', host, `Authorization: Bearer ${user.token}`,
            `Content-Type: ${form.content_type}`, `Content-Length: ${body.length}`, 'Expect: 100-continue'));
        assert.equal((await connection.next()).status, 100);
        connection.send(body);
        assert.equal((await connection.next()).status, 201);
    });
    user.close();
});

test('100-continue is not said to strangers', () =>
    connected(async (connection) => {
        connection.send(head('POST /api/files/upload HTTP/1.1', host, 'Content-Type: multipart/form-data; boundary=b',
            'Content-Length: 100000', 'Expect: 100-continue'));
        assert.equal((await connection.next()).status, 401);
        assert.equal(await connection.end(), '');
    }));

test('100-continue is not said to a JSON body that is too large', async () => {
    const {vault} = await common();
    const user = await registered(vault.port);
    await connected(async (connection) => {
        connection.send(head('POST /api/items HTTP/1.1', host, `Authorization: Bearer ${user.token}`, json,
            `Content-Length: ${64 * 1024 * 1024}`, 'Expect: 100-continue'));
        const answer = await connection.next();
        assert.equal(answer.status, 413);
        assert.equal(await connection.end(), '');
    });
    user.close();
});

test('a chunked JSON body is cut off at its limit', async () => {
    const {vault} = await common();
    const user = await registered(vault.port);
    await connected(async (connection) => {
        connection.send(head('POST /api/items HTTP/1.1', host, `Authorization: Bearer ${user.token}`, json, 'Transfer-Encoding: chunked'));
        const piece = `10000\r\n${'['.repeat(0x10000)}\r\n`;
        for (let i = 0; i < 24; i += 1) connection.send(piece);
        const answer = await connection.next();
        assert.equal(answer.status, 413);
        assert.equal(answer.headers.connection, 'close');
        assert.equal(await connection.end(), '');
    });
    user.close();
});

test('a stranger with a large body is told so and cut off', () =>
    connected(async (connection) => {
        connection.send(head('POST /api/files/upload HTTP/1.1', host, 'Content-Type: multipart/form-data; boundary=b', `Content-Length: ${1 << 30}`));
        connection.send(Buffer.alloc(32 * 1024));
        const answer = await connection.next();
        assert.equal(answer.status, 401);
        assert.equal(answer.headers.connection, 'close');
        assert.equal(await connection.end(), '');
    }));

test('preflights are answered without credentials', () =>
    connected(async (connection) => {
        connection.send(head('OPTIONS /api/items HTTP/1.1', host, 'Origin: http://localhost:3000',
            'Access-Control-Request-Method: POST', 'Access-Control-Request-Headers: x-a') + health);
        const answer = await connection.next();
        assert.ok(answer.status === 200 || answer.status === 204, `status ${answer.status}`);
        assert.equal(answer.headers['access-control-allow-origin'], 'http://localhost:3000');
        assert.equal(answer.headers['access-control-max-age'], '600');
        assert.equal((await connection.next()).status, 200);
    }));

test('a client that leaves in the middle of an answer harms nobody', async () => {
    const {vault} = await common();
    for (let i = 0; i < 20; i += 1) {
        const connection = new raw(vault.port);
        connection.send(health.repeat(500));
        await connection.next();
        connection.close();
    }
    await connected(async (connection) => {
        connection.send(health);
        assert.equal((await connection.next()).status, 200);
    });
});
