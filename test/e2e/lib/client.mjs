// A client of the HTTP interface for tests and benches: JSON calls, multipart uploads, streams.
import {strict as assert} from 'node:assert';
import {Agent, request as send} from 'node:http';
import {Agent as TlsAgent, request as send_tls} from 'node:https';
import {Readable} from 'node:stream';

let numbers = 0;

let get_contract = async () => undefined;
/// From now on every answer is compared with what this resolves to (see contract.mjs).
export const check_answers_with = (get) => (get_contract = get);

/// An email nobody has yet.
export const new_email = (name = 'user') => {
    numbers += 1;
    return `${name}.${process.pid}.${Date.now()}.${numbers}@example.org`;
};

/// `to`: a port, or options of Node's request: {port, ca, servername, headers}; with `ca` it is HTTPS.
export class client {
    constructor(to) {
        this.to = typeof to === 'number' ? {port: to} : to;
        this.port = this.to.port;
        this.send = this.to.ca ? send_tls : send;
        this.agent = new (this.to.ca ? TlsAgent : Agent)({keepAlive: true, maxSockets: 8});
        this.token = '';
        this.fields = {}; // sent with every request
    }

    /// Any request; `body` may be a Buffer, a string or a Readable. Resolves to the answer with its
    /// body still to be read.
    open(method, path, {headers = {}, body} = {}) {
        return new Promise((resolve, reject) => {
            const all = {...this.to.headers, ...(this.token ? {authorization: `Bearer ${this.token}`} : {}), ...this.fields, ...headers};
            const request = this.send({host: '127.0.0.1', ...this.to, agent: this.agent, method, path, headers: all}, resolve);
            request.on('error', reject);
            if (body instanceof Readable) body.pipe(request);
            else request.end(body);
        });
    }

    /// The same, read whole: {status, headers, body: Buffer, json}.
    async read(method, path, options = {}) {
        const answer = await this.open(method, path, options);
        const pieces = [];
        for await (const piece of answer) pieces.push(piece);
        const body = Buffer.concat(pieces);
        let json;
        if (/^application\/json/.test(answer.headers['content-type'] ?? '') && body.length > 0) {
            json = JSON.parse(body.toString('utf8'));
        }
        return {status: answer.statusCode, headers: answer.headers, body, json};
    }

    /// The same; throws when the answer breaks the contract, where one is checked.
    async call(method, path, options = {}) {
        const contract = await get_contract();
        const answer = await this.read(method, path, options);
        try {
            contract?.check(method, path, answer.status, answer.headers, answer.json);
        } catch (error) {
            throw new Error(`${method} ${path}: ${answer.status}: not as /openapi.json says: ${error.message}`);
        }
        return answer;
    }

    /// A JSON request that must be answered with `status`; returns the JSON of the answer.
    async json(method, path, value, status = 200) {
        const text = value === undefined ? undefined : JSON.stringify(value);
        const headers = text === undefined ? {} : {'content-type': 'application/json', 'content-length': Buffer.byteLength(text)};
        const answer = await this.call(method, path, {headers, body: text});
        assert.equal(answer.status, status, `${method} ${path}: ${answer.status} ${answer.body.toString('utf8').slice(0, 500)}`);
        return answer.json;
    }

    get(path, status = 200) {
        return this.json('GET', path, undefined, status);
    }

    post(path, value, status = 201) {
        return this.json('POST', path, value, status);
    }

    /// Uploads bytes, the file part first as browsers of the frontend do; returns the answer.
    upload(item_id, bytes, {name = 'file.bin', type = 'application/octet-stream', fields = {encryption_version: '2'}} = {}) {
        const form = multipart({name, type}, {...fields, item_id});
        const body = Buffer.concat([form.before, bytes, form.after]);
        return this.call('POST', '/api/files/upload', {
            headers: {'content-type': form.content_type, 'content-length': body.length},
            body,
        });
    }

    close() {
        this.agent.destroy();
    }
}

/// What stands before and after the file's bytes in a form whose first part is the file.
export const multipart = ({name, type}, fields) => {
    const boundary = '----end-to-end-7d8f1c0a';
    const before = `--${boundary}\r\nContent-Disposition: form-data; name="file"; filename="${name}"\r\nContent-Type: ${type}\r\n\r\n`;
    const rest = Object.entries(fields)
        .map(([key, value]) => `\r\n--${boundary}\r\nContent-Disposition: form-data; name="${key}"\r\n\r\n${value}`)
        .join('');
    return {
        content_type: `multipart/form-data; boundary=${boundary}`,
        before: Buffer.from(before),
        after: Buffer.from(`${rest}\r\n--${boundary}--\r\n`),
    };
};

/// Registers a plain account and returns its client, signed in.
export const registered = async (to, name = 'user') => {
    const one = new client(to);
    one.email = new_email(name);
    const answer = await one.post('/api/auth/register', {email: one.email, password: 'correct horse battery', full_name: 'Ada Lovelace'});
    one.token = answer.token;
    one.user = answer.user;
    return one;
};

export const passport = (name = 'Passport') => ({category: 'ids', subcategory: 'passport', name, fields: []});
