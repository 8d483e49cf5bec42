// The OpenAPI document: valid, complete, cacheable; and that answers which break it are found.
import {strict as assert} from 'node:assert';

import {describe, test} from '../support/suite.mjs';
import {client} from './lib/client.mjs';
import {served_contract} from './lib/contract.mjs';
import {common} from './lib/machine.mjs';
import {package_module} from './lib/packages.mjs';

describe('openapi');

const each_operation = function* (document) {
    for (const [path, methods] of Object.entries(document.paths)) {
        for (const [method, operation] of Object.entries(methods)) yield {path, method, operation};
    }
};

const each_node = function* (node, place = '#') {
    if (node === null || typeof node !== 'object') return;
    yield [place, node];
    for (const [name, child] of Object.entries(node)) yield* each_node(child, `${place}/${name}`);
};

test('the document is valid OpenAPI 3.1', async () => {
    const {document} = await served_contract();
    assert.match(document.openapi, /^3\.1\./);
    const {Validator} = await package_module('@seriousme/openapi-schema-validator');
    const result = await new Validator().validate(structuredClone(document));
    assert.ok(result.valid, JSON.stringify(result.errors, null, 1));
});

test('its references lead somewhere, its operations have names of their own', async () => {
    const served = await served_contract();
    for (const [place, {$ref}] of each_node(served.document)) {
        if ($ref !== undefined) assert.ok(served.resolve({$ref}), `${place}: ${$ref}`);
    }
    const ids = [...each_operation(served.document)].map(({operation}) => operation.operationId);
    assert.equal(new Set(ids).size, ids.length);
});

test('its operations say what they take, what they need and what goes wrong', async () => {
    const served = await served_contract();
    for (const {path, method, operation} of each_operation(served.document)) {
        const name = `${method} ${path}`;
        const parameters = (operation.parameters ?? []).map((one) => served.resolve(one));
        const in_path = parameters.filter((one) => one.in === 'path').map((one) => `{${one.name}}`);
        assert.deepEqual(in_path, path.match(/\{\w+\}/g) ?? [], name);
        assert.ok(operation.summary.length > 0, name);
        const statuses = Object.keys(operation.responses);
        assert.ok(statuses.some((status) => /^2/.test(status)), name);
        const needs = operation['x-needs'];
        assert.equal(operation.security.some((one) => 'bearer' in one), needs !== 'nothing' || operation.security.length > 0, name);
        if (needs !== 'nothing') assert.ok(statuses.includes('401'), name);
        if (['viewer', 'member', 'admin', 'owner'].includes(needs)) assert.ok(statuses.includes('403'), name);
        if (operation.requestBody) assert.ok(statuses.includes('422'), name);
        for (const [status, answer] of Object.entries(operation.responses)) {
            if (/^[45]/.test(status)) assert.ok(served.resolve(answer).content['application/json'].schema, `${name} ${status}`);
        }
    }
});

test('its examples are what it describes', async () => {
    const served = await served_contract();
    const check = (place, value) => {
        try {
            served.validate(place, value);
        } catch (error) {
            throw new Error(`${place}: ${error.message}`);
        }
    };
    let count = 0;
    for (const [place, node] of each_node(served.document)) {
        const at = place.slice(1).replaceAll(/\/([^/]*)/g, (_, name) => `/${encodeURIComponent(name)}`);
        if (node.type !== undefined && Array.isArray(node.examples)) {
            for (const example of node.examples) check(at, example), (count += 1);
        }
    }
    const bodies = [...each_operation(served.document)].filter(({operation}) => operation.requestBody?.content['application/json']);
    for (const {path, method, operation} of bodies) {
        const place = `/paths/${encodeURIComponent(path.replaceAll('/', '~1'))}/${method}/requestBody/content/application~1json/schema`;
        check(place, operation.requestBody.content['application/json'].example);
        count += 1;
    }
    assert.ok(count > 200, `${count} examples`);
});

test('the document is sent once to those who keep it', async () => {
    const {vault} = await common();
    const one = new client(vault.port);
    const first = await one.call('GET', '/openapi.json');
    assert.equal(first.status, 200);
    const again = await one.call('GET', '/openapi.json', {headers: {'if-none-match': first.headers.etag}});
    assert.equal(again.status, 304);
    assert.equal(again.body.length, 0);
    assert.equal((await one.call('HEAD', '/openapi.json')).headers['content-length'], String(first.body.length));
    one.close();
});

test('answers that break it are found', async () => {
    const served = await served_contract();
    const json = {'content-type': 'application/json'};
    const good = {total_annual_premium: 1.5, people_count: 1, vehicles_count: 0, policies_count: 2};
    const check = (status, body, method = 'GET', path = '/api/dashboard/stats') => served.check(method, path, status, json, body);
    check(200, good);
    check(401, {detail: 'Invalid or expired session token'});
    check(404, {detail: 'Not Found'}, 'GET', '/api/nowhere');
    check(405, {detail: 'Method Not Allowed'}, 'PUT');
    const {people_count, ...missing} = good;
    for (const [why, ...bad] of [
        ['undeclared status', 404, {detail: 'Not Found'}],
        ['a bug', 500, {detail: 'Internal Server Error'}],
        ['undeclared member', 200, {...good, secret: 1}],
        ['missing member', 200, missing],
        ['wrong type', 200, {...good, people_count: '1'}],
        ['wrong shape of an error', 401, {error: 'no'}],
        ['undeclared refusal', 401, {detail: 'Go away'}],
        ['a success outside of the document', 200, {}, 'GET', '/api/nowhere'],
    ]) assert.throws(() => check(...bad), Error, why);
    const id = '3f0c7a52-9d1e-4b5c-8a76-2e4d91c0b8f3';
    const user = {id, email: 'a@b', full_name: 'A', created_at: '2026-02-10T12:34:56.123456Z', active_org_id: null};
    check(200, user, 'GET', '/api/auth/me');
    for (const wrong of [{id: '1'}, {created_at: '2026-02-10 12:34'}, {email: null}]) {
        assert.throws(() => check(200, {...user, ...wrong}, 'GET', '/api/auth/me'), Error, JSON.stringify(wrong));
    }
});
