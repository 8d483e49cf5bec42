// The measurements of test/bench/run. Prints a line each; the exit code is 1 when an answer was
// wrong or memory moved by more than the limit.
import {spawn} from 'node:child_process';
import {createHash} from 'node:crypto';
import {once} from 'node:events';
import {Readable} from 'node:stream';

import {multipart, passport, registered} from '../e2e/lib/client.mjs';
import {clear, cluster, server} from '../e2e/lib/machine.mjs';
import {argument, outcome, peak, print, reset_peak} from './lib.mjs';
import {transfers} from './transfers.mjs';

const file_size = argument('--megabytes', 2048) * 1024 * 1024;
const seconds = argument('--seconds', 10);
const only = argument('--only', '');
const memory_limit_kib = 32 * 1024;

/// `size` bytes that repeat after 16 MiB less a bit, made as they are read; `hash` sees them all.
const generated = function* (size, hash) {
    const block = Buffer.alloc(1024 * 1024);
    for (let at = 0; at < size; at += block.length) {
        block.writeUInt32LE(at / block.length, 0);
        const piece = Buffer.from(block.subarray(0, Math.min(block.length, size - at)));
        hash.update(piece);
        yield piece;
    }
};

const large_file = async (vault) => {
    const user = await registered(vault.port);
    const item = await user.post('/api/items', passport());
    const pid = vault.process.pid;
    // One small file first: what any first request allocates is not what is measured.
    const small = await user.upload(item.id, Buffer.alloc(1024 * 1024));
    await user.call('GET', `/api/files/${small.json.id}`);

    const mib = file_size / 1024 / 1024;
    const sent = createHash('sha256');
    const form = multipart({name: 'large.bin', type: 'application/octet-stream'}, {item_id: item.id, encryption_version: 2});
    const whole = function* () {
        yield form.before;
        yield* generated(file_size, sent);
        yield form.after;
    };
    let before = reset_peak(pid);
    let begin = Date.now();
    const answer = await user.call('POST', '/api/files/upload', {
        headers: {'content-type': form.content_type, 'content-length': form.before.length + file_size + form.after.length},
        body: Readable.from(whole()),
    });
    let took = (Date.now() - begin) / 1000;
    let moved = peak(pid) - before;
    print(`upload ${mib} MiB`, `status ${answer.status}, peak memory +${(moved / 1024).toFixed(1)} MiB (from ${(before / 1024).toFixed(1)}), ${(mib / took).toFixed(0)} MiB/s`,
        answer.status === 201 && moved < memory_limit_kib);
    if (answer.status !== 201) return user.close();

    const received = createHash('sha256');
    before = reset_peak(pid);
    begin = Date.now();
    const stream = await user.open('GET', `/api/files/${answer.json.id}`);
    for await (const piece of stream) received.update(piece);
    took = (Date.now() - begin) / 1000;
    moved = peak(pid) - before;
    const same = sent.digest('hex') === received.digest('hex');
    print(`download ${mib} MiB`, `${same ? 'same bytes' : 'OTHER BYTES'}, peak memory +${(moved / 1024).toFixed(1)} MiB (from ${(before / 1024).toFixed(1)}), ${(mib / took).toFixed(0)} MiB/s`,
        same && moved < memory_limit_kib);
    await user.json('DELETE', `/api/files/${answer.json.id}`, undefined, 204);
    user.close();
};

const wrk = async (name, url, headers = []) => {
    const child = spawn('wrk', ['-t1', '-c64', `-d${seconds}s`, '--latency', ...headers.flatMap((line) => ['-H', line]), url], {stdio: ['ignore', 'pipe', 'inherit']});
    let out = '';
    child.stdout.on('data', (data) => (out += data));
    const [status] = await once(child, 'close');
    const rate = /Requests\/sec:\s+([\d.]+)/.exec(out)?.[1];
    const slow = /99%\s+(\S+)/.exec(out)?.[1];
    const errors = [/Socket errors: .*/.exec(out)?.[0], /Non-2xx or 3xx responses: \d+/.exec(out)?.[0]].filter(Boolean);
    print(name, `${rate} requests/s, 99 % within ${slow}, ${errors.join(', ') || 'no errors'}`, status === 0 && rate > 0 && errors.length === 0);
};

const requests = async (vault) => {
    const user = await registered(vault.port);
    for (let i = 0; i < 200; i += 1) {
        await user.post('/api/items', {
            ...passport(`Passport ${i}`),
            fields: ['full_name', 'passport_number', 'country', 'issue_date', 'expiration_date'].map((field_key) => ({field_key, field_value: `${field_key} ${i}`})),
        });
    }
    const list = await user.get('/api/items?limit=50');
    print('the list', `${list.items.length} of ${list.total} items, ${JSON.stringify(list).length} bytes`, list.items.length === 50 && list.total === 200);
    const base = `http://127.0.0.1:${vault.port}`;
    const signed = [`Authorization: Bearer ${user.token}`];
    await wrk('GET /api/health', `${base}/api/health`);
    await wrk('GET /api/items?limit=50', `${base}/api/items?limit=50`, signed);
    await wrk('GET /api/items/{id}', `${base}/api/items/${list.items[0].id}`, signed);
    print('peak memory of the server', `${(peak(vault.process.pid) / 1024).toFixed(1)} MiB`, true);
    user.close();
};

/// A server whose files are in a folder.
const with_vault = async (postgres, work) => {
    const vault = await new server(postgres.database(), {MAX_FILE_SIZE: String(file_size + 1024 * 1024), LOG_LEVEL: 'warn'}).start();
    await work(vault);
    await vault.stop();
};

try {
    const postgres = await new cluster().start();
    if (!only || only === 'file') await with_vault(postgres, large_file);
    if (!only || only === 'requests') await with_vault(postgres, requests);
    if (!only || only === 'folder' || only === 's3') await transfers(postgres, only);
} finally {
    await clear();
}
process.exit(outcome.failed ? 1 : 0);
