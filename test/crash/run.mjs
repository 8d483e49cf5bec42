// The crash test: kills the server with SIGKILL at random points while clients upload and delete.
// After one sweep, rows and objects are the same set, nothing half-done is left in the store, and
// what was answered has happened, byte for byte.
//
//     node test/crash/run.mjs [--kills N] [--seed N] [--store folder|s3] [--verbose]
//
// The seed fixes what the clients draw, not how their requests interleave.
import {strict as assert} from 'node:assert';
import {spawn} from 'node:child_process';
import {once} from 'node:events';

import {client, registered} from '../e2e/lib/client.mjs';
import {clear, cluster, program, server, until} from '../e2e/lib/machine.mjs';
import {after, run, test} from '../support/suite.mjs';
import {largest, load, numbers_from, sha256} from './load.mjs';
import {folder_store, s3_store} from './stores.mjs';

const argument = (name, fallback) => {
    const at = process.argv.indexOf(name);
    return at < 0 ? fallback : process.argv[at + 1];
};
const kills = Number(argument('--kills', 25));
const seed = Number(argument('--seed', Date.now() % 1_000_000_000));
const only = argument('--store', '');
const verbose = process.argv.includes('--verbose');
/// Clients at work at a time.
const clients = 5;
/// All is looked at after so many kills: one store does not hold what 200 leave behind.
const between_checks = 25;

class crash_test {
    constructor(store, random, tag) {
        Object.assign(this, {store, random, tag});
        this.killed = 0;
    }

    async start() {
        this.postgres = await new cluster().start();
        const settings = {...this.store.settings, MAX_FILE_SIZE: String(largest), LOG_LEVEL: 'warn'};
        this.vault = await new server(this.postgres.database(), settings).start();
        this.user = await registered(this.vault.port);
        this.load = new load(this.user, this.random, this.tag);
    }

    /// Serves, lets the clients work, kills: after some time, or when so much has been sent.
    async round() {
        if (this.vault.exit) await this.vault.serve();
        this.user.close();
        const next = new client(this.vault.port);
        next.token = this.user.token;
        this.load.user = this.user = next;
        let stopped = false;
        const kill = () => {
            if (stopped) return;
            stopped = true;
            this.vault.kill('SIGKILL');
        };
        let pieces = this.random() < 0.5 ? 1 + Math.floor(this.random() * 600) : Infinity;
        // Where little is sent before the clients have nothing to do but wait, time ends it too.
        const timer = setTimeout(kill, pieces === Infinity ? this.random() * 500 : 3_000);
        await this.load.run(clients, () => stopped, () => {
            pieces -= 1;
            if (pieces === 0) setImmediate(kill);
        });
        clearTimeout(timer);
        kill();
        const {signal} = await this.vault.ended;
        assert.equal(signal, 'SIGKILL', `the server ended by itself:\n${this.vault.log}`);
        this.killed += 1;
        if (this.load.problems.length > 0) {
            throw new Error(`before kill ${this.killed}: ${this.load.problems.map((error) => error.stack).join('\n')}\n${this.vault.log}`);
        }
    }

    rows() {
        const separator = '\t';
        const text = this.postgres.sql(
            `select concat_ws(E'\\t', file_name, storage_key, id, encryption_version, file_size, sha256) from file_attachments`,
            this.vault.database_name());
        return text.split('\n').filter(Boolean).map((line) => {
            const [name, key, id, version, size, hash] = line.split(separator);
            return {name, key, id, version: Number(version), size: Number(size), hash};
        });
    }

    /// What the killed server had asked the database and the store for has ended.
    async quiet() {
        const others = `select count(*) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid() and backend_type = 'client backend'`;
        await until('the database has ended all statements', () => this.postgres.sql(others, this.vault.database_name()) === '0');
        await this.store.quiet();
        // An entry may be that of an upload somewhere else until it was not touched for minutes.
        this.postgres.sql(`update pending_blobs set touched_at = touched_at - interval '1 day'`, this.vault.database_name());
    }

    /// A sweep that is killed too.
    async broken_sweep() {
        await this.quiet();
        const sweep = spawn(program, ['sweep'], {env: this.vault.env(), stdio: 'ignore'});
        const ended = once(sweep, 'close');
        const timer = setTimeout(() => sweep.kill('SIGKILL'), 10 + this.random() * 60);
        await ended;
        clearTimeout(timer);
    }

    async check() {
        await this.quiet();
        const pending = this.postgres.sql('select count(*) from pending_blobs', this.vault.database_name());
        const sweep = this.vault.command('sweep');
        assert.equal(sweep.status, 0, `sweep: ${sweep.out}${sweep.errors}`);
        assert.equal(this.postgres.sql('select count(*) from pending_blobs', this.vault.database_name()), '0', 'pending entries after the sweep');
        const rows = this.rows();
        const keys = rows.map((row) => row.key).sort();
        assert.deepEqual((await this.store.list()).sort(), keys, 'objects and rows');
        assert.deepEqual(await this.store.unfinished(), [], 'uploads that nobody finishes');
        await this.check_files(rows);
        if (verbose) console.log(`     ${this.killed} kills, ${rows.length} files, ${pending} to be swept; ${JSON.stringify(this.load.done)}`);
    }

    async check_files(rows) {
        const {files} = this.load;
        await this.vault.serve();
        for (const row of rows) {
            const file = files.get(row.name);
            assert.notEqual(file.state, 'gone', `${row.name} is there and must not be`);
            assert.equal(row.size, file.size, `size of ${row.name}`);
            const expected = sha256(this.load.content_of(file));
            const object = sha256(await this.store.get(row.key));
            assert.equal(object, row.hash, `the object of ${row.name}`);
            if (row.version === 2) assert.equal(object, expected, `the object of ${row.name}`);
            const answer = await this.user.call('GET', `/api/files/${row.id}`);
            assert.equal(answer.status, 200, `getting ${row.name}`);
            assert.equal(sha256(answer.body), expected, `the bytes of ${row.name}`);
            Object.assign(file, {state: 'stored', id: row.id});
        }
        const there = new Set(rows.map((row) => row.name));
        for (const file of files.values()) {
            assert.ok(there.has(file.name) || file.state !== 'stored', `${file.name} was stored and is not there`);
            if (!there.has(file.name)) files.delete(file.name);
        }
    }

    async run() {
        await this.start();
        while (this.killed < kills) {
            await this.round();
            if (this.random() < 0.1) await this.broken_sweep();
            if (this.killed % between_checks === 0 || this.killed === kills) await this.check();
        }
        this.user.close();
        const {uploads, deletes, broken} = this.load.done;
        assert.ok(uploads > 0 && deletes > 0 && broken >= kills / 2, `the kills met nothing: ${JSON.stringify(this.load.done)}`);
        await this.store.end();
    }
}

console.log(`seed ${seed}`);
const stores = {folder: folder_store, s3: s3_store};
for (const [name, make] of Object.entries(stores)) {
    if (only && only !== name) continue;
    const store = await make();
    const body = () => new crash_test(store, numbers_from(seed), `${name}-${seed}`).run();
    test(`${name}: ${kills} kills (seed ${seed})`, body, {skip: store ? '' : 'no S3 server: packages radosgw, ceph-mon and ceph-osd', seconds: 60 + kills * 10});
}
after(clear);
await run({verbose});
process.exit();
