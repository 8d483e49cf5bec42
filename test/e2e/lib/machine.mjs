// What an end-to-end test stands on: a private PostgreSQL, the release server as a process of its
// own, with a port, a database and a blob folder of its own. All is ended and removed at the end.
import {spawn, spawnSync} from 'node:child_process';
import {randomBytes} from 'node:crypto';
import {once} from 'node:events';
import {chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import {connect, createServer} from 'node:net';
import {tmpdir} from 'node:os';
import {dirname, join} from 'node:path';
import {fileURLToPath} from 'node:url';

import {new_store} from './stores.mjs';

export const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..', '..');
export const program = process.env.KINVAULT_PROGRAM ?? join(root, 'build/release/kinvault');

// User postgres has to pass through it.
const work = mkdtempSync(join(tmpdir(), 'kinvault-e2e.'));
chmodSync(work, 0o711);
const running = new Set();
const stores = new Set();
let numbers = 0;

/// A new folder that is removed at the end.
export const folder = (name = 'folder') => {
    numbers += 1;
    const path = join(work, `${name}${numbers}`);
    mkdirSync(path, {mode: 0o711});
    return path;
};

/// Ends every process and removes every folder.
export const clear = async () => {
    for (const one of [...running].reverse()) await one.stop();
    for (const one of stores) await one.end();
    rmSync(work, {recursive: true, force: true});
};

process.on('exit', () => {
    for (const one of running) one.kill('SIGKILL');
    rmSync(work, {recursive: true, force: true});
});
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => process.exit(1));

export const until = async (what, condition, seconds = 20, pause = 20) => {
    const end = Date.now() + seconds * 1000;
    for (;;) {
        const result = await condition();
        if (result) return result;
        if (Date.now() > end) throw new Error(`waited ${seconds} s in vain: ${what}`);
        await new Promise((resolve) => setTimeout(resolve, pause));
    }
};

/// A TCP port nobody has just now.
export const free_port = async () => {
    const probe = createServer().listen(0, '127.0.0.1');
    await once(probe, 'listening');
    const {port} = probe.address();
    probe.close();
    await once(probe, 'close');
    return port;
};

export const can_connect = (port) =>
    new Promise((resolve) => {
        const socket = connect(port, '127.0.0.1');
        socket.once('connect', () => (socket.destroy(), resolve(true)));
        socket.once('error', () => resolve(false));
    });

/// Is this program there?
export const installed = (name) => spawnSync('sh', ['-c', `command -v ${name}`]).status === 0;

/// The kernel's TCP sockets (IPv4): [{local: 'ADDRESS:PORT' in hexadecimal, state}].
export const tcp_table = () =>
    readFileSync('/proc/net/tcp', 'utf8').trim().split('\n').slice(1)
        .map((line) => line.trim().split(/\s+/)).map(([, local, , state]) => ({local, state}));

/// A PostgreSQL cluster on a Unix socket; only a durable one waits for the disk.
export class cluster {
    constructor({durable = false} = {}) {
        this.folder = join(folder('postgres'), 'cluster');
        this.mode = durable ? 'durable' : 'throwaway';
    }

    async start() {
        this.process = spawn(join(root, 'test/support/postgres'), [this.folder, this.mode], {stdio: ['pipe', 'pipe', 'pipe'], detached: true});
        running.add(this);
        let errors = '';
        this.process.stderr.on('data', (data) => (errors += data));
        this.ended = once(this.process, 'close');
        let out = '';
        await Promise.race([
            new Promise((resolve) =>
                this.process.stdout.on('data', (data) => {
                    out += data;
                    if (/^\/.*\n/m.test(out)) resolve();
                })),
            this.ended.then(() => {
                throw new Error(`PostgreSQL did not start: ${errors}`);
            }),
        ]);
        this.socket = out.trim().split('\n').pop();
        return this;
    }

    kill() {
        this.process.kill('SIGTERM');
    }

    /// A fast shutdown: clients are cut off.
    async stop() {
        this.process.stdin.end();
        await this.ended;
        running.delete(this);
    }

    url(database = 'kinvault', user = 'kinvault') {
        return `postgresql://${user}@/${database}?host=${encodeURIComponent(this.socket)}`;
    }

    /// Runs SQL as superuser and returns what psql prints, unaligned.
    sql(text, database = 'kinvault') {
        const done = spawnSync('psql', ['-X', '-q', '-A', '-t', '-v', 'ON_ERROR_STOP=1', '-c', text, this.url(database, 'postgres')], {encoding: 'utf8'});
        if (done.status !== 0) throw new Error(`psql: ${done.stderr}`);
        return done.stdout.trim();
    }

    /// A fresh, empty database; returns its URL.
    database() {
        numbers += 1;
        const name = `vault${numbers}`;
        this.sql(`CREATE DATABASE ${name} OWNER kinvault`, 'postgres');
        return this.url(name);
    }
}

/// Another program: a proxy, a frontend's server. `ready` is called until it gives something true.
export class helper {
    constructor(command, args, options = {}) {
        Object.assign(this, {command, args, options, log: ''});
    }

    async start(ready) {
        this.exit = undefined;
        this.process = spawn(this.command, this.args, {stdio: ['ignore', 'pipe', 'pipe'], ...this.options});
        running.add(this);
        for (const stream of [this.process.stdout, this.process.stderr]) {
            stream.on('data', (data) => (this.log = (this.log + data).slice(-100_000)));
        }
        this.ended = new Promise((resolve) => {
            this.process.on('error', (error) => (this.log += error));
            this.process.on('exit', (code, signal) => {
                running.delete(this);
                this.exit = {code, signal};
                resolve(this.exit);
            });
        });
        await until(`${this.command} is ready`, async () => {
            if (this.exit) throw new Error(`${this.command} ended (${JSON.stringify(this.exit)}):\n${this.log}`);
            return ready();
        });
        return this;
    }

    kill(signal) {
        this.process.kill(signal);
    }

    async stop(signal = 'SIGTERM') {
        if (!this.exit) this.kill(signal);
        return this.ended;
    }
}

/// One kinvault process. `env` adds settings to those every test wants.
export class server {
    constructor(database_url, env = {}) {
        this.database_url = database_url;
        this.blobs = folder('blobs');
        this.store = new_store(this.blobs);
        this.extra = env;
        this.secret = randomBytes(32).toString('hex');
        this.log = '';
    }

    /// The name of its database.
    database_name() {
        return /\/([^/?]+)\?/.exec(this.database_url)[1];
    }

    env() {
        return {
            PATH: process.env.PATH,
            DATABASE_URL: this.database_url,
            SECRET_KEY: this.secret,
            LISTEN: `127.0.0.1:${this.port ?? 0}`,
            ...this.store.settings,
            RATE_LIMIT_PER_MINUTE: '0',
            LOGIN_RATE_LIMIT_PER_MINUTE: '0',
            ...this.extra,
        };
    }

    /// Runs a command of the program; returns {status, out, errors}.
    command(...words) {
        const done = spawnSync(program, words, {encoding: 'utf8', env: this.env(), timeout: 60_000});
        return {status: done.status, out: done.stdout, errors: done.stderr};
    }

    /// Its store, which is removed at the end.
    async make_store() {
        stores.add(this.store);
        await this.store.make();
    }

    /// Migrates and serves; returns when the port answers.
    async start() {
        this.port ??= await free_port();
        await this.make_store();
        const migration = this.command('migrate');
        if (migration.status !== 0) throw new Error(`migrate failed: ${migration.out}${migration.errors}`);
        return this.serve();
    }

    /// Serves what has been migrated; also again, after its end.
    async serve() {
        this.port ??= await free_port();
        this.exit = undefined;
        this.process = spawn(program, ['serve'], {env: this.env(), stdio: ['ignore', 'pipe', 'pipe']});
        running.add(this);
        for (const stream of [this.process.stdout, this.process.stderr]) {
            stream.on('data', (data) => (this.log = (this.log + data).slice(-100_000)));
        }
        this.ended = once(this.process, 'close').then(([code, signal]) => {
            running.delete(this);
            this.exit = {code, signal};
            return this.exit;
        });
        await until('the server listens', async () => {
            if (this.exit) throw new Error(`the server ended (${JSON.stringify(this.exit)}):\n${this.log}`);
            return can_connect(this.port);
        });
        return this;
    }

    kill(signal) {
        this.process.kill(signal);
    }

    /// Ends it with a signal and waits for its end; returns {code, signal}.
    async stop(signal = 'SIGTERM') {
        if (!this.exit) this.kill(signal);
        return this.ended;
    }

    /// The highest memory it had, resident, in KiB; `reset_peak` begins anew.
    peak() {
        return Number(/^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${this.process.pid}/status`, 'utf8'))[1]);
    }

    reset_peak() {
        writeFileSync(`/proc/${this.process.pid}/clear_refs`, '5');
        return this.peak();
    }

    accepts_connections() {
        return can_connect(this.port);
    }
}

let shared;
/// The cluster and server most tests share, started when first asked for.
export const common = () => {
    shared ??= (async () => {
        const postgres = await new cluster().start();
        return {postgres, vault: await new server(postgres.database()).start()};
    })();
    return shared;
};
