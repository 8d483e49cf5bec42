// Three servers on one PostgreSQL and one store behind HAProxy, under load: one is killed and comes
// back, and nothing that a client was told is lost.
import {strict as assert} from 'node:assert';
import {createHash, randomBytes} from 'node:crypto';

import {folder_store, s3_store} from '../crash/stores.mjs';
import {describe, test} from '../support/suite.mjs';
import {client, passport, registered} from './lib/client.mjs';
import {common, installed, server, until} from './lib/machine.mjs';
import {mailbox} from './lib/mailbox.mjs';
import {start_proxy} from './lib/proxies.mjs';

describe('scaling');

const count = 3;
const families = 6;

const digest = (bytes) => createHash('sha256').update(bytes).digest('hex');
const today = new Date().toISOString().slice(0, 10);

/// Servers that share everything, and the proxy in front: {vaults, at, postgres, database}.
const with_servers = async (store, box, body) => {
    const {postgres} = await common();
    const url = postgres.database();
    const env = {...store.settings, ...box.settings(), SECRET_KEY: randomBytes(32).toString('hex'), TRUSTED_PROXIES: '127.0.0.1', SHUTDOWN_TIMEOUT: '3'};
    const vaults = [];
    let proxy;
    try {
        for (let i = 0; i < count; i += 1) vaults.push(await new server(url, env).start());
        proxy = await start_proxy('haproxy', vaults.map(({port}) => `127.0.0.1:${port}`));
        await body({vaults, at: proxy.at, sql: (text) => postgres.sql(text, vaults[0].database_name())});
    } finally {
        await proxy?.process.stop();
        for (const vault of vaults) await vault.stop('SIGKILL');
        await store.end();
    }
};

/// One client that writes without a pause and keeps what it was told.
class writer {
    constructor(user) {
        Object.assign(this, {user, items: new Map(), files: new Map(), writes: 0, failures: []});
    }

    /// Does something until it is answered; what failed was in flight, and is done again.
    async done(what, act) {
        for (;;) {
            try {
                const answer = await act();
                this.writes += 1;
                if (answer.status < 500) return answer;
                this.failures.push(`${what}: ${answer.status}`);
            } catch (error) {
                this.failures.push(`${what}: ${error.code ?? error.message}`);
            }
        }
    }

    post(path, value) {
        const body = JSON.stringify(value);
        return this.done(path, () => this.user.call('POST', path, {headers: {'content-type': 'application/json', 'content-length': Buffer.byteLength(body)}, body}));
    }

    async round() {
        const name = `item ${this.writes}`;
        const item = await this.post('/api/items', passport(name));
        assert.equal(item.status, 201, item.body.toString());
        const bytes = randomBytes(1000 + (this.writes % 7) * 30_000);
        const file = await this.done('upload', () => this.user.upload(item.json.id, bytes));
        assert.equal(file.status, 201, file.body.toString());
        this.files.set(file.json.id, digest(bytes));
        const changed = `${name}, changed`;
        const body = JSON.stringify({name: changed});
        const patched = await this.done('PATCH', () => this.user.call('PATCH', `/api/items/${item.json.id}`, {headers: {'content-type': 'application/json', 'content-length': Buffer.byteLength(body)}, body}));
        assert.equal(patched.status, 200, patched.body.toString());
        this.items.set(item.json.id, changed);
    }

    async run() {
        while (!this.stopped) await this.round();
    }

    /// All that was answered is there.
    async check() {
        for (const [id, name] of this.items) assert.equal((await this.user.get(`/api/items/${id}`)).name, name);
        for (const [id, sum] of this.files) {
            const answer = await this.user.call('GET', `/api/files/${id}`);
            assert.equal(digest(answer.body), sum);
        }
    }
}

const survives = async (store) => {
    const box = await new mailbox().start();
    try {
        await with_servers(store, box, async ({vaults, at, sql}) => {
            const writers = [];
            for (let i = 0; i < families; i += 1) writers.push(new writer(await registered(at)));
            const remembering = writers[0].user;
            const item = await remembering.post('/api/items', passport());
            for (let i = 0; i < 5; i += 1) await remembering.post('/api/reminders/custom', {item_id: item.id, title: `Due ${i}`, remind_date: today});
            const running = writers.map((one) => one.run());
            const total = () => writers.reduce((sum, one) => sum + one.writes, 0);
            const failures = () => writers.flatMap((one) => one.failures);
            const more = (what, steps = 120) => {
                const least = total() + steps;
                return until(what, () => total() >= least, 60);
            };
            await more('the servers are under load');
            assert.deepEqual(failures(), []);

            await vaults[1].stop('SIGKILL');
            await more('two go on');
            const lost = failures();
            assert.ok(lost.length <= families, `more failed than was in flight: ${lost.join(', ')}`);

            await vaults[1].start();
            await until('the third works again', () => / POST \/api\/items 201 /.test(vaults[1].log.slice(-5000)), 30);
            await more('all three go on');
            // Each reminds when it starts: this one too, beside the others' own time.
            await vaults[2].stop();
            await vaults[2].start();
            await more('and again');
            for (const one of writers) one.stopped = true;
            await Promise.all(running);
            const orderly = failures().length - lost.length;
            assert.ok(orderly <= families, failures().join(', '));

            for (const one of writers) await one.check();
            for (const vault of vaults) assert.ok(/ 20[01] /.test(vault.log), 'each has served');
            await until('every reminder was mailed', () => box.to(remembering.email).length >= 5, 30);
            const subjects = box.to(remembering.email).map((mail) => mail.head.subject).sort();
            assert.deepEqual(subjects, [0, 1, 2, 3, 4].map((i) => `Reminder: Due ${i}`), 'each was mailed once');
            // Every object has its row, and none waits for the sweep but what was in flight.
            const rows = Number(sql('select count(*) from file_attachments'));
            const pending = Number(sql('select count(*) from pending_blobs'));
            const objects = (await store.list()).length;
            assert.ok(objects >= rows && objects <= rows + pending, `${objects} objects, ${rows} rows, ${pending} pending`);
            for (const one of writers) one.user.close();
        });
    } finally {
        await box.stop();
    }
};

const skip = installed('haproxy') ? '' : 'haproxy is not installed';
const {KINVAULT_CHECK_FULL: full} = process.env;

test('one of three servers is killed under load, on a shared folder', () => survives(folder_store()), {skip, seconds: 300});

test('one of three servers is killed under load, on S3', async () => {
    const store = await s3_store();
    assert.ok(store, 'there is an S3 server');
    await survives(store);
}, {skip: skip || (full ? '' : 'with ./check --full'), seconds: 600});

test('what one server is told counts at once on another', async () => {
    const {postgres} = await common();
    const url = postgres.database();
    const store = folder_store();
    const env = {...store.settings, SECRET_KEY: randomBytes(32).toString('hex')};
    const [one, other] = [await new server(url, env).start(), await new server(url, env).start()];
    const user = await registered(one.port);
    const there = new client(other.port);
    there.token = user.token;
    const item = await there.post('/api/items', passport());
    const file = await user.upload(item.id, randomBytes(5000));
    assert.equal((await there.call('GET', `/api/files/${file.json.id}`)).status, 200);
    await there.json('POST', '/api/auth/logout', undefined, 204);
    await user.get('/api/auth/me', 401);
    user.close();
    there.close();
    await one.stop();
    await other.stop();
});
