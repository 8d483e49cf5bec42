// A small S3 client of the tests' own, so that what the server's client has stored is seen by other
// eyes: signs (Signature Version 4), lists, reads, removes. Plain HTTP, path-style addresses.
import {createHash, createHmac} from 'node:crypto';
import {once} from 'node:events';
import {request as send} from 'node:http';

const sha256 = (data) => createHash('sha256').update(data).digest('hex');
const hmac = (key, text) => createHmac('sha256', key).update(text).digest();
const encode = (text) => encodeURIComponent(text).replace(/[!'()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`);

const unescape = (text) =>
    text.replace(/&(lt|gt|quot|apos|amp);/g, (_, name) => ({lt: '<', gt: '>', quot: '"', apos: "'", amp: '&'})[name]);
const values = (xml, name) => [...xml.matchAll(new RegExp(`<${name}>([^<]*)</${name}>`, 'g'))].map((found) => unescape(found[1]));
const elements = (xml, name) => [...xml.matchAll(new RegExp(`<${name}>(.*?)</${name}>`, 'gs'))].map((found) => found[1]);

export class bucket {
    /// `url` has the keys: http://ACCESS:SECRET@host:port
    constructor(url, name, region = 'us-east-1') {
        const {hostname, port, username, password} = new URL(url);
        Object.assign(this, {name, region, hostname, port: Number(port), access: decodeURIComponent(username), secret: decodeURIComponent(password)});
    }

    /// What the server needs to use it.
    settings() {
        return {
            BLOB_STORE: 's3',
            S3_ENDPOINT_URL: `http://${this.hostname}:${this.port}`,
            S3_BUCKET: this.name,
            S3_REGION: this.region,
            S3_ACCESS_KEY: this.access,
            S3_SECRET_KEY: this.secret,
        };
    }

    /// The fields of a signed request; `query` in no particular order.
    sign(method, path, query, headers, hash) {
        const time = new Date().toISOString().replace(/[-:]|\.\d+/g, '');
        const all = {...headers, host: `${this.hostname}:${this.port}`, 'x-amz-date': time, 'x-amz-content-sha256': hash};
        const names = Object.keys(all).sort();
        const canonical = [method, path, query, ...names.map((name) => `${name}:${all[name]}`), '', names.join(';'), hash].join('\n');
        const scope = `${time.slice(0, 8)}/${this.region}/s3/aws4_request`;
        const text = ['AWS4-HMAC-SHA256', time, scope, sha256(canonical)].join('\n');
        let key = `AWS4${this.secret}`;
        for (const step of scope.split('/')) key = hmac(key, step);
        const signature = hmac(key, text).toString('hex');
        all.authorization = `AWS4-HMAC-SHA256 Credential=${this.access}/${scope},SignedHeaders=${names.join(';')},Signature=${signature}`;
        return all;
    }

    /// One request on a connection of its own; resolves to {status, body}.
    async request(method, key = '', query = {}, body = '') {
        const path = `/${this.name}${key && '/'}${key.split('/').map(encode).join('/')}`;
        const search = Object.keys(query).sort().map((name) => `${encode(name)}=${encode(query[name])}`).join('&');
        const headers = this.sign(method, path, search, {'content-length': Buffer.byteLength(body)}, sha256(body));
        const sent = send({host: this.hostname, port: this.port, method, path: search ? `${path}?${search}` : path, headers, agent: false});
        sent.end(body);
        const [answer] = await once(sent, 'response');
        const pieces = [];
        for await (const piece of answer) pieces.push(piece);
        return {status: answer.statusCode, body: Buffer.concat(pieces)};
    }

    /// The same, for an answer of 2xx; gives its body.
    async must(...what) {
        const {status, body} = await this.request(...what);
        if (status >= 300) throw new Error(`S3 ${what.slice(0, 2).join(' ')}: ${status} ${body}`);
        return body;
    }

    create() {
        return this.must('PUT');
    }

    get(key) {
        return this.must('GET', key);
    }

    /// All objects: [{key, size}].
    async list() {
        const found = [];
        for (let token = ''; ;) {
            const query = {'list-type': '2', 'max-keys': '1000', ...(token && {'continuation-token': token})};
            const xml = (await this.must('GET', '', query)).toString('utf8');
            for (const item of elements(xml, 'Contents')) found.push({key: values(item, 'Key')[0], size: Number(values(item, 'Size')[0])});
            [token = ''] = values(xml, 'NextContinuationToken');
            if (!token) return found;
        }
    }

    /// All multipart uploads that nobody has completed or given up: [{key, id}].
    async uploads() {
        const found = [];
        for (let marker = {}; ;) {
            const xml = (await this.must('GET', '', {uploads: '', ...marker})).toString('utf8');
            for (const item of elements(xml, 'Upload')) found.push({key: values(item, 'Key')[0], id: values(item, 'UploadId')[0]});
            if (values(xml, 'IsTruncated')[0] !== 'true') return found;
            marker = {'key-marker': values(xml, 'NextKeyMarker')[0], 'upload-id-marker': values(xml, 'NextUploadIdMarker')[0]};
        }
    }

    /// Removes it with all that is in it.
    async destroy() {
        for (const {key, id} of await this.uploads()) await this.must('DELETE', key, {uploadId: id});
        for (const {key} of await this.list()) await this.must('DELETE', key);
        await this.must('DELETE');
    }
}
