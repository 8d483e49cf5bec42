// A large file up and down through the API, against what the store gives without the vault between:
// curl to the same gateway, cp to the same disk. Interleaved, medians; and the server's memory.
import {closeSync, openSync, writeSync} from 'node:fs';
import {join} from 'node:path';
import {randomFillSync} from 'node:crypto';

import {passport, registered} from '../e2e/lib/client.mjs';
import {folder, server} from '../e2e/lib/machine.mjs';
import {folder_store, s3_store} from '../crash/stores.mjs';
import {argument, median, peak, print, print_goal, reset_peak, timed} from './lib.mjs';

const mib = 1024 * 1024;
const goal = 0.8;
const many = 16;

/// A file of random bytes.
const random_file = (path, size) => {
    const block = Buffer.alloc(mib);
    const out = openSync(path, 'w');
    for (let at = 0; at < size; at += block.length) writeSync(out, randomFillSync(block), 0, Math.min(block.length, size - at));
    closeSync(out);
    return path;
};

/// curl, with the headers of signed-in clients or of a bucket's keys.
const curl = (...words) => ['curl', '-sS', '-f', '--noproxy', '*', ...words];

class api {
    constructor(vault, user, item) {
        Object.assign(this, {vault, user, item});
        this.base = `http://127.0.0.1:${vault.port}/api/files`;
        this.signed = ['-H', `Authorization: Bearer ${user.token}`];
    }

    async up(path) {
        const form = ['-F', `item_id=${this.item}`, '-F', 'encryption_version=2', '-F', `file=@${path};type=application/octet-stream`];
        const {seconds, out} = await timed(curl(...this.signed, ...form, `${this.base}/upload`));
        return {seconds, id: JSON.parse(out).id};
    }

    down(id, to = '/dev/null') {
        return timed(curl(...this.signed, '-o', to, `${this.base}/${id}`));
    }

    remove(id) {
        return this.user.json('DELETE', `/api/files/${id}`, undefined, 204);
    }
}

/// curl to the gateway itself.
const direct_s3 = ({objects}) => {
    const url = (key) => `http://${objects.hostname}:${objects.port}/${objects.name}/${key}`;
    const signed = ['--aws-sigv4', `aws:amz:${objects.region}:s3`, '--user', `${objects.access}:${objects.secret}`, '-H', 'x-amz-content-sha256: UNSIGNED-PAYLOAD'];
    return {
        name: 'curl to the gateway',
        up: (path) => timed(curl(...signed, '-T', path, url('direct'))),
        down: () => timed(curl(...signed, '-o', '/dev/null', url('direct'))),
        remove: () => objects.must('DELETE', 'direct'),
    };
};

/// cp to the disk of the folder, or from it; the file is on the disk at the end.
const direct_folder = ({settings}) => {
    const there = join(settings.BLOB_DIR, '.direct');
    const copy = (from, to) => timed(['sh', '-c', 'cp "$1" "$2" && sync "$2"', 'sh', from, to]);
    return {
        name: 'cp and sync',
        up: (path) => copy(path, there),
        down: () => copy(there, `${there}.out`),
        remove: () => timed(['rm', '-f', there, `${there}.out`]),
    };
};

const rate = (size, seconds) => `${(size / mib / seconds).toFixed(0)} MiB/s`;

const compare = (name, size, ours, theirs, other) => {
    const ratio = median(theirs) / median(ours);
    const text = `${rate(size, median(ours))}, ${other} ${rate(size, median(theirs))}: ratio ${ratio.toFixed(2)} (goal ${goal})`;
    print_goal(name, text, ratio >= goal);
};

/// What the process takes at most while `work` runs, over what it had before; MiB.
const memory_of = async (pid, work) => {
    const before = reset_peak(pid);
    await work();
    return (peak(pid) - before) / 1024;
};

const memory = async (name, vault, access, path, count) => {
    const {pid} = vault.process;
    const limit = count === 1 ? 32 : 128;
    let files = [];
    const at_once = (one) => Promise.all(Array.from({length: count}, (_, i) => one(i)));
    const up = await memory_of(pid, async () => (files = await at_once(() => access.up(path))));
    const down = await memory_of(pid, () => at_once((i) => access.down(files[i].id)));
    for (const {id} of files) await access.remove(id);
    const what = `${name} memory, ${count === 1 ? 'one transfer' : `${count} at once`}`;
    print(what, `up +${up.toFixed(1)}, down +${down.toFixed(1)} MiB over idle (goal ${limit})`, up <= limit && down <= limit);
};

const measure = async (name, store, direct, postgres, sizes) => {
    const {large, small} = sizes;
    const settings = {...store.settings, MAX_FILE_SIZE: String(8 * 1024 * mib), LOG_LEVEL: 'warn'};
    delete settings.S3_PART_SIZE;
    const vault = await new server(postgres.database(), settings).start();
    const user = await registered(vault.port);
    const item = await user.post('/api/items', passport());
    const access = new api(vault, user, item.id);
    // What any first transfer allocates is not what is measured.
    const warm = await access.up(small.path);
    await access.down(warm.id);
    await access.remove(warm.id);
    await memory(name, vault, access, large.path, 1);
    await memory(name, vault, access, small.path, many);

    const up = {ours: [], theirs: []};
    const down = {ours: [], theirs: []};
    const out = name === 'folder' ? join(store.settings.BLOB_DIR, '.ours.out') : '/dev/null';
    for (let round = 0; round < argument('--rounds', 5); round += 1) {
        up.theirs.push((await direct.up(large.path)).seconds);
        const file = await access.up(large.path);
        up.ours.push(file.seconds);
        down.theirs.push((await direct.down()).seconds);
        const {seconds} = await access.down(file.id, out);
        down.ours.push(out === '/dev/null' ? seconds : seconds + (await timed(['sync', out])).seconds);
        await direct.remove();
        await access.remove(file.id);
    }
    if (out !== '/dev/null') await timed(['rm', '-f', out]);
    compare(`${name} up`, large.size, up.ours, up.theirs, direct.name);
    compare(`${name} down`, large.size, down.ours, down.theirs, direct.name);
    user.close();
    await vault.stop();
    await store.end();
};

/// `which`: folder, s3 or both.
export const transfers = async (postgres, which) => {
    const place = folder('sent');
    const size = argument('--transfer', 1024) * mib;
    const sizes = {
        large: {path: random_file(join(place, 'large'), size), size},
        small: {path: random_file(join(place, 'small'), size / many), size: size / many},
    };
    if (which !== 's3') {
        const store = folder_store();
        await measure('folder', store, direct_folder(store), postgres, sizes);
    }
    if (which === 'folder') return;
    // Objects take twice their size in the gateway's memory, and a while to go.
    process.env.S3_STORE_GIB ??= '12';
    const store = await s3_store();
    if (!store) return console.log('     no S3 server: packages radosgw, ceph-mon and ceph-osd');
    await measure('s3', store, direct_s3(store), postgres, sizes);
};
