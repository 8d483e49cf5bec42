// What ends in time: slow heads, idle connections, and a server that is told to stop.
import {strict as assert} from 'node:assert';

import {describe, test} from '../support/suite.mjs';
import {client, multipart, passport, registered} from './lib/client.mjs';
import {common, server, tcp_table, until} from './lib/machine.mjs';
import {head, raw} from './lib/raw.mjs';

describe('limits');

const host = 'Host: vault.example';
const health = head('GET /api/health HTTP/1.1', host);

/// A server of its own with these settings, on the common cluster, for the time of `body`.
const with_server = async (env, body) => {
    const {postgres} = await common();
    const vault = await new server(postgres.database(), env).start();
    try {
        await body(vault);
    } finally {
        await vault.stop('SIGKILL');
    }
};

/// Established connections on the server's port, from the kernel's table (server's side).
const vault_connections = (vault) => {
    const port = vault.port.toString(16).toUpperCase().padStart(4, '0');
    return tcp_table().filter(({local, state}) => local.endsWith(`:${port}`) && state === '01').length;
};

test('a head that does not end is cut off', () =>
    with_server({HEAD_TIMEOUT: '1'}, async (vault) => {
        const slow = new raw(vault.port);
        slow.send(`GET /api/health HTTP/1.1\r\n${host}\r\n`);
        const feeding = setInterval(() => slow.closed || slow.send('X-A: b\r\n'), 300);
        const rest = await slow.end();
        clearInterval(feeding);
        assert.ok(rest === '' || /^HTTP\/1\.1 408 /.test(rest), rest);
        // Others are served meanwhile and after.
        const next = new raw(vault.port);
        next.send(health);
        assert.equal((await next.next()).status, 200);
        next.close();
    }));

test('an idle connection is closed, quietly', () =>
    with_server({IDLE_TIMEOUT: '1'}, async (vault) => {
        const idle = new raw(vault.port);
        idle.send(health);
        assert.equal((await idle.next()).status, 200);
        assert.equal(await idle.end(), '');
    }));

test('a client that does not read its answer is cut off', () =>
    with_server({WRITE_TIMEOUT: '1'}, async (vault) => {
        const user = await registered(vault.port);
        const item = await user.post('/api/items', passport());
        const file = await user.upload(item.id, Buffer.alloc(24 * 1024 * 1024));
        assert.equal(file.status, 201);
        user.close();
        const deaf = new raw(vault.port);
        deaf.socket.pause();
        deaf.send(head(`GET /api/files/${file.json.id} HTTP/1.1`, host, `Authorization: Bearer ${user.token}`));
        await until('the server has given up', () => vault_connections(vault) === 0);
        deaf.close();
    }));

test('SIGTERM lets a running upload finish, refuses new connections and ends with 0', () =>
    with_server({}, async (vault) => {
        const user = await registered(vault.port);
        const item = await user.post('/api/items', passport());
        user.close();
        const form = multipart({name: 'a.bin', type: 'application/octet-stream'}, {item_id: item.id, encryption_version: 2});
        const bytes = Buffer.concat([form.before, Buffer.alloc(200_000, 7), form.after]);
        const running = new raw(vault.port);
        running.send(head('POST /api/files/upload HTTP/1.1', host, `Authorization: Bearer ${user.token}`,
            `Content-Type: ${form.content_type}`, `Content-Length: ${bytes.length}`, 'Expect: 100-continue'));
        assert.equal((await running.next()).status, 100);
        running.send(bytes.subarray(0, 100_000));
        const idle = new raw(vault.port);
        idle.send(health);
        assert.equal((await idle.next()).status, 200);

        vault.kill('SIGTERM');
        assert.equal(await idle.end(), '', 'an idle connection is closed');
        await until('new connections are refused', async () => !(await vault.accepts_connections()));
        running.send(bytes.subarray(100_000));
        const answer = await running.next();
        assert.equal(answer.status, 201);
        assert.equal(answer.headers.connection, 'close');
        assert.equal(await running.end(), '');
        assert.deepEqual(await vault.ended, {code: 0, signal: null});

        await vault.start();
        const later = new client(vault.port);
        later.token = user.token;
        const {files} = await later.get(`/api/items/${item.id}`);
        assert.equal(files.length, 1);
        const stored = await later.call('GET', `/api/files/${files[0].id}`);
        assert.ok(stored.body.equals(Buffer.alloc(200_000, 7)));
        later.close();
    }));

test('SIGTERM does not wait for ever', () =>
    with_server({SHUTDOWN_TIMEOUT: '1'}, async (vault) => {
        const stuck = new raw(vault.port);
        stuck.send(head('POST /api/auth/prelogin HTTP/1.1', host, 'Content-Type: application/json', 'Content-Length: 100') + '{');
        await until('the connection is taken', () => vault_connections(vault) === 1);
        vault.kill('SIGTERM');
        const {signal} = await vault.ended;
        assert.equal(signal, null, 'it ended by itself');
        stuck.close();
    }));

test('SIGINT stops it too', () =>
    with_server({}, async (vault) => {
        assert.deepEqual(await vault.stop('SIGINT'), {code: 0, signal: null});
        await vault.start();
    }));
