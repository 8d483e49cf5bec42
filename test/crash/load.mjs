// What clients do to the server while it is killed, and what they know afterwards: which file must
// be there, with which bytes, which must be gone, and which may be either.
import {createCipheriv, createHash} from 'node:crypto';
import {Readable} from 'node:stream';

import {multipart, passport} from '../e2e/lib/client.mjs';

export const sha256 = (bytes) => createHash('sha256').update(bytes).digest('hex');

/// Numbers in [0, 1) that follow from the seed (mulberry32).
export const numbers_from = (seed) => {
    let state = seed >>> 0;
    return () => {
        state = (state + 0x6d2b79f5) >>> 0;
        let z = Math.imul(state ^ (state >>> 15), state | 1);
        z ^= z + Math.imul(z ^ (z >>> 7), z | 61);
        return ((z ^ (z >>> 14)) >>> 0) / 0x1_0000_0000;
    };
};

/// The bytes of a file follow from its name.
const content = (name, size) =>
    createCipheriv('aes-128-ctr', createHash('md5').update(name).digest(), Buffer.alloc(16)).update(Buffer.alloc(size));

const mib = 1024 * 1024;
export const largest = 16 * mib;
const piece_size = 64 * 1024;
/// So many files are kept; beyond that more are deleted than added.
const kept = 24;

/// Kinds of uploads: the type and the encryption version make the server store a file as it is,
/// encrypt it, or find out behind its last byte that it should have done otherwise.
const kinds = [
    {version: 2, type: 'application/octet-stream'},
    {version: 2, type: 'application/octet-stream'},
    {version: 1, type: 'image/png'},
    {version: 2, type: 'image/png'},
];

/// An answer that no crash explains.
export class wrong extends Error {}

export class load {
    /// `user` is signed in; `random` gives numbers in [0, 1).
    constructor(user, random, tag) {
        Object.assign(this, {user, random, tag});
        this.files = new Map(); ///< name → {name, size, version, state, id, item}
        this.items = [];
        this.count = 0;
        this.done = {uploads: 0, deletes: 0, items: 0, refused: 0, broken: 0};
        this.problems = [];
    }

    pick(list) {
        return list[Math.floor(this.random() * list.length)];
    }

    /// Nothing, a few bytes, about one part, several parts.
    draw_size() {
        const kind = this.random();
        if (kind < 0.05) return 0;
        if (kind < 0.45) return Math.floor(this.random() * 300_000);
        if (kind < 0.65) return 5 * mib + Math.floor((this.random() - 0.5) * 10);
        if (kind < 0.75) return Math.floor(this.random() * 5 * mib);
        return 5 * mib + Math.floor(this.random() * (largest - 5 * mib));
    }

    /// Clients that work until `stopped()`; `on_piece` hears of every piece of a file that is sent.
    async run(clients, stopped, on_piece) {
        const one = async () => {
            while (!stopped()) {
                try {
                    await this.step(stopped, on_piece);
                } catch (error) {
                    // A broken connection is what the crash looks like from here.
                    if (error instanceof wrong || !stopped()) this.problems.push(error);
                    if (!(error instanceof wrong)) this.done.broken += 1;
                    return;
                }
            }
        };
        await Promise.all(Array.from({length: clients}, one));
    }

    async step(stopped, on_piece) {
        const stored = [...this.files.values()].filter((file) => file.state === 'stored');
        const choice = this.random();
        if (this.items.length < 3 || choice < 0.05) return this.add_item();
        if (choice < 0.07) return this.remove_item();
        if (choice < 0.12) return this.refused(on_piece);
        if (choice < 0.17) return this.given_up(on_piece);
        if (stored.length > 0 && this.random() < stored.length / kept) return this.remove_file(this.pick(stored));
        return this.upload(on_piece);
    }

    expect(answer, status, what) {
        if (answer.status === status) return answer;
        throw new wrong(`${what}: ${answer.status} ${answer.body.toString('utf8').slice(0, 200)} instead of ${status}`);
    }

    async add_item() {
        const text = JSON.stringify(passport());
        const headers = {'content-type': 'application/json', 'content-length': Buffer.byteLength(text)};
        const answer = this.expect(await this.user.call('POST', '/api/items', {headers, body: text}), 201, 'adding an item');
        this.items.push(answer.json.id);
        this.done.items += 1;
    }

    /// Archives it: its files stay stored.
    async remove_item() {
        const [id] = this.items.splice(Math.floor(this.random() * this.items.length), 1);
        this.expect(await this.user.call('DELETE', `/api/items/${id}`), 204, 'deleting an item');
    }

    new_name() {
        this.count += 1;
        return `${this.tag}-${this.count}.bin`;
    }

    /// Sends a form whose file comes first, in pieces; `until_piece` breaks off there.
    send({name, type, version, item, bytes}, on_piece, until_piece = Infinity) {
        const form = multipart({name, type}, {encryption_version: version, item_id: item});
        const pieces = function* () {
            yield form.before;
            let number = 0;
            for (let at = 0; at < bytes.length; at += piece_size) {
                if (number === until_piece) throw new Error('given up');
                number += 1;
                on_piece();
                yield bytes.subarray(at, at + piece_size);
            }
            yield form.after;
        };
        const length = form.before.length + bytes.length + form.after.length;
        const body = Readable.from(pieces());
        const headers = {'content-type': form.content_type, 'content-length': length};
        return new Promise((resolve, reject) => {
            const answered = this.user.call('POST', '/api/files/upload', {headers, body});
            answered.then(resolve, reject);
            body.once('error', reject);
        });
    }

    async upload(on_piece) {
        const name = this.new_name();
        const {version, type} = this.pick(kinds);
        const item = this.pick(this.items);
        const file = {name, version, item, size: this.draw_size(), state: 'unknown'};
        const bytes = content(name, file.size);
        this.files.set(name, file);
        const answer = await this.send({name, type, version, item, bytes}, on_piece);
        // Another client may have deleted the item meanwhile.
        if (answer.status === 404 && !this.items.includes(item)) {
            file.state = 'gone';
            return;
        }
        this.expect(answer, 201, `uploading ${file.size} bytes`);
        file.state = 'stored';
        file.id = answer.json.id;
        this.done.uploads += 1;
    }

    async remove_file(file) {
        file.state = 'unknown';
        this.expect(await this.user.call('DELETE', `/api/files/${file.id}`), 204, 'deleting a file');
        file.state = 'gone';
        this.done.deletes += 1;
    }

    /// What the server refuses when it has taken the file already: an unknown item, or too large.
    async refused(on_piece) {
        const name = this.new_name();
        const large = this.random() < 0.2;
        const size = large ? largest + 1 : this.draw_size();
        this.files.set(name, {name, state: 'gone'});
        const item = large ? this.pick(this.items) : '00000000-0000-4000-8000-000000000000';
        const what = {name, type: 'application/octet-stream', version: 2, item, bytes: content(name, size)};
        this.expect(await this.send(what, on_piece), large ? 400 : 404, 'an upload to be refused');
        this.done.refused += 1;
    }

    /// A client that goes away in the middle.
    async given_up(on_piece) {
        const name = this.new_name();
        this.files.set(name, {name, state: 'gone'});
        const bytes = content(name, 1 + this.draw_size());
        const last = Math.floor(this.random() * (bytes.length / piece_size));
        const what = {name, type: 'application/octet-stream', version: 2, item: this.pick(this.items), bytes};
        await this.send(what, on_piece, last).catch((error) => {
            if (error.message !== 'given up') throw error;
        });
    }

    /// The bytes that a file has if it is there.
    content_of({name, size}) {
        return content(name, size);
    }
}
