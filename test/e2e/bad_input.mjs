// Whatever is wrong with a request, it is refused in the contract's words and changes nothing. The
// faults are generated from the OpenAPI document, for every route there is.
import {strict as assert} from 'node:assert';

import {describe, test} from '../support/suite.mjs';
import {served_contract} from './lib/contract.mjs';
import {expected} from './lib/expected.mjs';
import {family, objects} from './lib/family.mjs';
import * as faults from './lib/faults.mjs';
import {common} from './lib/machine.mjs';
import {encode, path_with, query_with, request_for} from './lib/requests.mjs';
import {row_watch} from './lib/rows.mjs';

describe('bad input');

/// Routes for which an id that nobody has is not an error: they find nothing, or take it for a text.
const ids_of_nothing = new Set([
    'GET /api/contacts', 'GET /api/reminders/custom', // empty lists
    'PUT /api/contacts/reorder', // ids of contacts that are none are left out
]);

let started;
const vault_with_family = () => {
    started ??= common().then(async ({vault, postgres}) => {
        const ours = await new family(vault, postgres).found();
        return {ours, contract: await served_contract(), rows: new row_watch((text) => postgres.sql(text, vault.database_name()))};
    });
    return started;
};

const is_report = (json) => Array.isArray(json?.detail) && json.detail.length > 0 &&
    json.detail.every((one) => typeof one.type === 'string' && typeof one.msg === 'string' && Array.isArray(one.loc) && 'input' in one);

/// The shape of a refusal, whatever it is about.
const check_refusal = (answer) => {
    assert.ok(answer.status >= 400 && answer.status < 500, `status ${answer.status}`);
    if (answer.status === 422) assert.ok(is_report(answer.json), 'a report of all faults');
    else assert.equal(typeof answer.json?.detail, 'string');
};

/// A report that names the place; of what is no JSON, the offset.
const check_report = (answer, place) => {
    assert.equal(answer.status, 422);
    check_refusal(answer);
    if (place === 'json') {
        const [only, ...more] = answer.json.detail;
        assert.deepEqual([more.length, only.type, only.loc[0], typeof only.loc[1]], [0, 'json_invalid', 'body', 'number']);
    } else {
        const begin = JSON.stringify(place).slice(0, -1);
        assert.ok(answer.json.detail.some(({loc}) => JSON.stringify(loc).startsWith(begin)), `a fault at ${place}`);
    }
};

/// One route under attack. Collects what is wrong, so that one run says all.
class attack {
    constructor({ours, contract, rows}, name) {
        [this.method, this.path] = name.split(' ');
        Object.assign(this, {ours, contract, rows, name, wrong: [], count: 0});
    }

    async prepare() {
        const operation = this.contract.document.paths[this.path][this.method.toLowerCase()];
        this.request = await request_for(this.contract, this.method, this.path, new objects(this.ours), this.ours.owner);
        this.target = path_with(this.path, this.request.params) + query_with(this.request.query);
        this.queries = (operation.parameters ?? []).filter((one) => one.in === 'query');
        this.schema = operation.requestBody?.content['application/json']?.schema;
        this.secrets = this.schema ? this.secret_values() : [];
    }

    secret_values() {
        const members = this.contract.resolve(this.schema).properties;
        return Object.keys(members).filter((name) => members[name].writeOnly).map((name) => this.request.body[name]).filter(Boolean);
    }

    /// Sends and lets `check` judge the answer.
    async expect(what, target, {bytes, type = 'application/json', body, headers}, check) {
        this.count += 1;
        const sent = body ? {headers, body} : bytes === undefined ? {} : {body: bytes, headers: {'content-type': type, 'content-length': Buffer.byteLength(bytes)}};
        const answer = await this.ours.owner.read(this.method, target, sent);
        try {
            check(answer);
            if (answer.status >= 400) for (const secret of this.secrets) assert.ok(!answer.body.includes(secret), 'a secret in the answer');
        } catch (error) {
            this.wrong.push(`${what}: ${answer.status} ${answer.body.toString().slice(0, 200)} (${error.message.split('\n')[0]})`);
        }
    }

    async bodies() {
        if (!this.schema) return;
        for (const {what, bytes, place, type} of faults.bad_bodies(this.contract, this.schema, this.request.body)) {
            await this.expect(what, this.target, {bytes, type}, (answer) => check_report(answer, place));
        }
        if (ids_of_nothing.has(this.name)) return;
        for (const {what, bytes} of faults.bodies_with_other_ids(this.contract, this.schema, this.request.body)) {
            await this.expect(what, this.target, {bytes}, check_refusal);
        }
    }

    async forms() {
        if (!this.request.form) return;
        for (const {what, form} of faults.bad_forms(this.request.form)) {
            await this.expect(what, this.target, encode({...this.request, form}), check_refusal);
        }
        const good = encode(this.request);
        const bad_type = (type) => ({body: good.body, headers: {...good.headers, 'content-type': type}});
        for (const type of ['', 'application/json', 'multipart/form-data', 'multipart/form-data; boundary=', 'multipart/form-data; boundary=other', 'text/plain']) {
            await this.expect(`content type ${type}`, this.target, bad_type(type), check_refusal);
        }
        const short = good.body.subarray(0, -10);
        await this.expect('a form that ends too early', this.target, {body: short, headers: {...good.headers, 'content-length': short.length}}, check_refusal);
    }

    /// What the handler needs besides, so that only one thing is wrong.
    rest() {
        const {headers, body} = encode(this.request);
        return {headers, body};
    }

    async queries_and_paths() {
        const path = path_with(this.path, this.request.params);
        for (const {what, query, place} of faults.bad_queries(this.queries, this.request.query)) {
            await this.expect(what, path + query_with(query), this.rest(), (answer) => check_report(answer, place));
        }
        for (const {what, target, is_id} of faults.bad_paths(this.path, this.request.params)) {
            const check = is_id ? check_refusal : (answer) => assert.ok(answer.status < 500);
            await this.expect(what, target + query_with(this.request.query), this.rest(), check);
        }
        if (this.method !== 'GET') return;
        for (const {what, query} of faults.odd_queries(this.queries, this.request.query)) {
            await this.expect(what, path + query, {}, (answer) => assert.ok(answer.status < 500));
        }
    }

    /// What is just good enough is taken, or refused as the document says.
    async edges() {
        if (!this.schema) return;
        for (const {what, bytes} of faults.edge_bodies(this.contract, this.schema, this.request.body)) {
            await this.expect(what, this.target, {bytes}, (answer) =>
                this.contract.check(this.method, this.target, answer.status, answer.headers, answer.json));
        }
    }

    /// The request without faults is good: else nothing above has been seen.
    async good() {
        const {target, headers, body} = encode(this.request);
        const answer = await this.ours.owner.call(this.method, target, {headers, body});
        assert.ok(answer.status < 300, `the request without faults: ${answer.status} ${answer.body.toString().slice(0, 300)}`);
    }
}

let sent = 0;
for (const name of Object.keys(expected)) {
    test(name, async () => {
        const all = await vault_with_family();
        const one = new attack(all, name);
        await one.prepare();
        one.rows.mark();
        await one.bodies();
        await one.forms();
        await one.queries_and_paths();
        const changed = one.rows.changes();
        assert.deepEqual(one.wrong, []);
        assert.deepEqual(changed, {gone: [], added: []}, 'what is refused changes nothing');
        // May end the session that the request is made with.
        if (name !== 'POST /api/auth/logout') await one.good();
        await one.prepare();
        await one.edges();
        assert.deepEqual(one.wrong, []);
        sent += one.count;
    });
}

test('there were thousands', () => assert.ok(sent > 8000, `${sent} requests`));
