// Behind nginx, Caddy and HAProxy as config/ sets them up: the way of a family, large files that
// stream through, and what the server knows of the client.
import {strict as assert} from 'node:assert';
import {randomBytes} from 'node:crypto';
import {readdirSync, statSync} from 'node:fs';
import {join} from 'node:path';
import {Readable} from 'node:stream';

import {describe, test} from '../support/suite.mjs';
import {client, multipart, new_email, passport, registered} from './lib/client.mjs';
import {fetch_large, send_large} from './lib/large.mjs';
import {common, folder, free_port, installed, server, until} from './lib/machine.mjs';
import {proxies, start_proxy} from './lib/proxies.mjs';
import {head, raw} from './lib/raw.mjs';
import * as zk from './lib/zk.mjs';

describe('proxies');

/// Another address of this machine, so that the client is not the proxy.
const elsewhere = '127.0.0.2';

const behind = async (name, body, {env = {}, upstream, port} = {}) => {
    const {postgres} = await common();
    const vault = new server(postgres.database(), {TRUSTED_PROXIES: '127.0.0.1', MAX_FILE_SIZE: '1G', ...env});
    vault.port = port;
    let proxy;
    try {
        await vault.start();
        proxy = await start_proxy(name, [upstream ?? `127.0.0.1:${vault.port}`]);
        await body({vault, proxy, at: {...proxy.at, localAddress: elsewhere}, sql: (text) => postgres.sql(text, vault.database_name())});
    } catch (error) {
        error.message += proxy ? `\n${proxy.process.log.slice(-3000)}` : '';
        throw error;
    } finally {
        await proxy?.process.stop();
        await vault.stop('SIGKILL');
    }
};

/// An account with keys of its own, an item and a file, encrypted; all of it is found again.
const way_of_a_family = async (at) => {
    const [email, password] = [new_email('proxied'), 'Analytical Engine'];
    const first = new client(at);
    await zk.register(first, email, password, 'Ada Lovelace');
    first.close();
    const http = new client(at);
    const {member} = await zk.login(http, email, password);
    const item = await http.post('/api/items', {
        category: 'ids', subcategory: 'passport', name: 'Passport', encryption_version: 2,
        notes: await member.encrypt_text('In the blue folder'), fields: [],
    });
    const plain = randomBytes(100_000);
    const sealed = await member.encrypt_file(plain);
    const file = await http.upload(item.id, sealed);
    assert.equal(file.status, 201);
    const answer = await http.call('GET', `/api/files/${file.json.id}`);
    assert.ok((await member.decrypt_file(answer.body)).equals(plain));
    assert.equal(await member.decrypt_text((await http.get(`/api/items/${item.id}`)).notes), 'In the blue folder');
    assert.equal(answer.headers['strict-transport-security'], 'max-age=63072000; includeSubDomains');
    const part = await http.call('GET', `/api/files/${file.json.id}`, {headers: {range: 'bytes=10-19'}});
    assert.equal(part.status, 206);
    assert.ok(part.body.equals(sealed.subarray(10, 20)));
    http.close();
};

/// What a proxy's folder for bodies holds, in bytes.
const size_of = (place) =>
    readdirSync(place, {withFileTypes: true}).reduce((sum, entry) => {
        const path = join(place, entry.name);
        return sum + (entry.isDirectory() ? size_of(path) : statSync(path).size);
    }, 0);

for (const name of Object.keys(proxies)) {
    const skip = installed(name) ? '' : `${name} is not installed`;

    test(`${name}: the way of a family, and 200 MiB up and down in bounded memory`, () =>
        behind(name, async ({vault, proxy, at}) => {
            await way_of_a_family(at);
            const user = await registered(at);
            const item = await user.post('/api/items', passport());
            const before = vault.reset_peak();
            const kept = size_of(proxy.place);
            const sent = await send_large(user, item.id, 200);
            assert.equal(await fetch_large(user, sent.id), sent.sum);
            const grown = vault.peak() - before;
            assert.ok(grown < 32 * 1024, `the server grew by ${grown} KiB`);
            assert.ok(size_of(proxy.place) - kept < 1024 * 1024, 'the proxy keeps bodies in files');
            user.close();
        }), {skip});

    test(`${name}: an upload reaches the server while the client still sends`, () =>
        behind(name, async ({at, sql}) => {
            const user = await registered(at);
            const item = await user.post('/api/items', passport());
            const form = multipart({name: 'a.bin', type: 'application/octet-stream'}, {item_id: item.id, encryption_version: 2});
            const bytes = randomBytes(400_000);
            const length = form.before.length + bytes.length + form.after.length;
            let resume;
            const wait = new Promise((resolve) => (resume = resolve));
            const body = Readable.from((async function* () {
                yield Buffer.concat([form.before, bytes.subarray(0, 200_000)]);
                await wait;
                yield Buffer.concat([bytes.subarray(200_000), form.after]);
            })());
            const answer = user.call('POST', '/api/files/upload', {headers: {'content-type': form.content_type, 'content-length': length}, body});
            await until('the server has begun to store it', () => sql('select count(*) from pending_blobs') === '1');
            resume();
            assert.equal((await answer).status, 201);
            user.close();
        }), {skip});

    test(`${name}: the server knows the client by the proxy's word only`, () =>
        behind(name, async ({vault, proxy, at, sql}) => {
            const liar = {...at, headers: {...at.headers, 'x-forwarded-for': '6.6.6.6', 'x-forwarded-proto': 'http', 'x-forwarded-host': 'evil.example', forwarded: 'for=6.6.6.6;proto=http'}};
            const user = await registered(liar);
            const login = await new client(liar).call('POST', '/api/auth/login', {
                headers: {'content-type': 'application/json'}, body: JSON.stringify({email: user.email, password: 'correct horse battery'})});
            assert.equal(login.status, 200);
            assert.ok(login.headers['strict-transport-security'], 'it knows that the client speaks HTTPS');
            assert.equal(sql(`select distinct ip_address from audit_log where user_id = '${user.user.id}'`), elsewhere);
            assert.match(vault.log, new RegExp(`\\b${elsewhere.replaceAll('.', '\\.')} POST /api/auth/login 200`));
            user.close();

            // Past the proxy the same fields are worth nothing.
            const direct = new client({port: vault.port, localAddress: elsewhere, headers: {'x-forwarded-for': '6.6.6.6', 'x-forwarded-proto': 'https', forwarded: 'for=6.6.6.6;proto=https'}});
            const answer = await direct.call('POST', '/api/auth/login', {
                headers: {'content-type': 'application/json'}, body: JSON.stringify({email: user.email, password: 'correct horse battery'})});
            assert.equal(answer.headers['strict-transport-security'], undefined);
            assert.equal(sql(`select distinct ip_address from audit_log where user_id = '${user.user.id}'`), elsewhere);
            direct.close();

            // Plain HTTP is sent to HTTPS, in the same place.
            const plain = new raw(proxy.plain);
            plain.send(head('GET /api/items?a=b HTTP/1.1', `Host: ${at.servername}`, 'Connection: close'));
            const moved = await plain.next();
            assert.ok([301, 308].includes(moved.status), String(moved.status));
            assert.match(moved.headers.location, new RegExp(`^https://${at.servername}(:\\d+)?/api/items\\?a=b$`));
            plain.close();
        }), {skip});

    test(`${name}: the rate limit counts the client, not the proxy`, () =>
        behind(name, async ({at}) => {
            const ask = async (localAddress, fields = {}) => {
                const one = new client({...at, localAddress, headers: {...at.headers, ...fields}});
                const {status} = await one.call('GET', '/api/auth/me');
                one.close();
                return status;
            };
            for (let i = 0; i < 5; i += 1) assert.equal(await ask('127.0.0.3', {'x-forwarded-for': `6.6.6.${i}`}), 401);
            assert.equal(await ask('127.0.0.3', {'x-forwarded-for': '6.6.6.6'}), 429);
            assert.equal(await ask('127.0.0.4'), 401);
        }, {env: {RATE_LIMIT_PER_MINUTE: '5'}}), {skip});

    test(`${name}: over a Unix socket`, async () => {
        const path = join(folder('socket'), 'kinvault.sock');
        const port = await free_port();
        await behind(name, async ({at, sql}) => {
            await way_of_a_family(at);
            assert.equal(sql('select distinct ip_address from audit_log'), elsewhere);
        }, {env: {LISTEN: `127.0.0.1:${port}, unix:${path}`, TRUSTED_PROXIES: 'unix'}, upstream: `unix:${path}`, port});
    }, {skip});
}
