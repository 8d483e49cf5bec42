// What a server keeps its files in, as the tests look at it, past the server: a folder, or, with
// KINVAULT_TEST_STORE=s3, a bucket of its own on the S3 server of KINVAULT_TEST_S3.
import {mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync} from 'node:fs';
import {dirname, join} from 'node:path';

import {bucket} from './s3.mjs';

const files_below = (path) =>
    readdirSync(path, {withFileTypes: true}).flatMap((entry) =>
        entry.isDirectory() ? files_below(join(path, entry.name)) : [join(path, entry.name)]);

class folder_store {
    constructor(path) {
        this.path = path;
        this.spec = `folder:${path}`;
        this.settings = {BLOB_STORE: 'folder', BLOB_DIR: path};
    }

    async make() {}
    async end() {}

    async get(key) {
        return readFileSync(join(this.path, key));
    }

    async put(key, bytes) {
        mkdirSync(dirname(join(this.path, key)), {recursive: true});
        writeFileSync(join(this.path, key), bytes);
    }

    async remove(key) {
        rmSync(join(this.path, key));
    }

    /// All keys, sorted.
    async list() {
        const all = files_below(this.path).map((path) => path.slice(this.path.length + 1));
        return all.filter((key) => !key.startsWith('.tmp/')).sort();
    }

    /// What uploads have begun and not finished.
    async unfinished() {
        return files_below(this.path).filter((path) => path.startsWith(join(this.path, '.tmp/')));
    }
}

class s3_store {
    constructor(url, name) {
        this.bucket = new bucket(url, name);
        this.spec = `s3:${name}`;
        this.settings = this.bucket.settings();
    }

    make() {
        this.made ??= this.bucket.create();
        return this.made;
    }

    async end() {
        if (this.made) await this.bucket.destroy();
        this.made = undefined;
    }

    get(key) {
        return this.bucket.get(key);
    }

    put(key, bytes) {
        return this.bucket.must('PUT', key, {}, bytes);
    }

    remove(key) {
        return this.bucket.must('DELETE', key);
    }

    /// All keys but that of the probe with which the server tries the bucket, sorted.
    async list() {
        const all = (await this.bucket.list()).map(({key}) => key);
        return all.filter((key) => !key.startsWith('.tmp/')).sort();
    }

    unfinished() {
        return this.bucket.uploads();
    }
}

export const on_s3 = process.env.KINVAULT_TEST_STORE === 's3';

let numbers = 0;

/// Objects in a bucket of its own.
export const new_bucket = () => {
    if (!process.env.KINVAULT_TEST_S3) throw new Error('KINVAULT_TEST_S3 is not set; see test/support/s3/up');
    numbers += 1;
    return new s3_store(process.env.KINVAULT_TEST_S3, `e2e-${process.pid}-${Date.now()}-${numbers}`);
};

/// Objects below `path`, or in a new bucket.
export const new_store = (path) => (on_s3 ? new_bucket() : new folder_store(path));
export const new_folder = (path) => new folder_store(path);
