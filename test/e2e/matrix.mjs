// Every route × everybody: who may, may; who may not is told what the contract says and changes
// nothing; who acts in an organisation of their own neither sees nor touches another.
import {strict as assert} from 'node:assert';

import {describe, test} from '../support/suite.mjs';
import {served_contract} from './lib/contract.mjs';
import {expected} from './lib/expected.mjs';
import {family, objects} from './lib/family.mjs';
import {common} from './lib/machine.mjs';
import {encode, request_for} from './lib/requests.mjs';
import {row_watch} from './lib/rows.mjs';

describe('matrix');

const operations_of = (document) =>
    Object.entries(document.paths).flatMap(([path, methods]) => Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`));

let started;
/// One family for all routes, and another that has nothing to do with it.
const families = () => {
    started ??= common().then(async ({vault, postgres}) => ({
        ours: await new family(vault, postgres).found(),
        others: await new family(vault, postgres).found(),
        contract: await served_contract(),
        rows: new row_watch((text) => postgres.sql(text, vault.database_name())),
    }));
    return started;
};

const send = async (contract, name, o, who) => {
    const [method, path] = name.split(' ');
    const {target, headers, body} = encode(await request_for(contract, method, path, o, who));
    return who.call(method, target, {headers, body});
};

const success = (contract, name) => {
    const [method, path] = name.split(' ');
    return Number(Object.keys(contract.document.paths[path][method.toLowerCase()].responses).find((status) => /^2/.test(status)));
};

const no_header = [401, 'Missing or invalid authorization header'];
const expired = [401, 'Invalid or expired session token'];

const refuses = (answer, [status, detail], who) => {
    assert.equal(answer.status, status, `${who}: ${answer.status} ${answer.body.toString().slice(0, 300)}`);
    assert.deepEqual(answer.json, {detail}, who);
};

const succeeds = (contract, name, answer, who) =>
    assert.equal(answer.status, success(contract, name), `${who}: ${answer.status} ${answer.body.toString().slice(0, 300)}`);

const ids_of = async (ours, o) => [ours.org_id, ...(await Promise.all(o.made.values())).map((one) => one?.user?.id ?? one?.id).filter(Boolean)];

/// Nobody who must not gets anything, or changes anything.
const check_refused = async ({ours, contract, rows}, name, answers) => {
    const o = new objects(ours);
    const [method, path] = name.split(' ');
    await request_for(contract, method, path, o, ours.owner);
    ours.evict();
    rows.mark();
    const refused = Object.entries({nobody: no_header, expired, ...answers}).filter(([, answer]) => Array.isArray(answer));
    for (const [who, refusal] of refused) refuses(await send(contract, name, o, ours[who]), refusal, who);
    assert.deepEqual(rows.changes(), {gone: [], added: []}, 'who is refused changes nothing');
};

/// In an organisation of one's own nothing of ours is seen, changed or added to.
const check_own = async ({ours, contract, rows}, name) => {
    const o = new objects(ours);
    const [method, path] = name.split(' ');
    await request_for(contract, method, path, o, ours.stranger);
    rows.mark();
    const answer = await send(contract, name, o, ours.stranger);
    succeeds(contract, name, answer, 'stranger');
    const {gone, added} = rows.changes();
    assert.deepEqual(gone, [], 'rows that a stranger changed');
    for (const id of await ids_of(ours, o)) {
        assert.ok(!answer.body.includes(id), `a stranger sees ${id}`);
        assert.deepEqual(added.filter((row) => row.includes(id)), [], 'rows that a stranger added');
    }
};

/// Who may, may; what others have is not touched.
const check_allowed = async ({ours, others, contract, rows}, name, actors) => {
    rows.mark();
    for (const who of actors) {
        const answer = await send(contract, name, new objects(ours), ours[who]);
        succeeds(contract, name, answer, who);
    }
    const {gone, added} = rows.changes();
    const theirs = [others.org_id, ...others.people.map(({user}) => user?.id).filter(Boolean)];
    assert.deepEqual([...gone, ...added].filter((row) => theirs.some((id) => row.includes(id))), [], 'rows of others');
};

test('every route is in the table, and the table has no others', async () => {
    const {document} = await served_contract();
    assert.deepEqual(Object.keys(expected).sort(), operations_of(document).sort());
});

test('the document asks for the roles that the table has', async () => {
    const {document} = await served_contract();
    for (const [name, {needs}] of Object.entries(expected)) {
        const [method, path] = name.split(' ');
        assert.equal(document.paths[path]?.[method.toLowerCase()]['x-needs'], needs, name);
    }
});

for (const [name, {needs, answers = {}, actors}] of Object.entries(expected)) {
    test(name, async () => {
        const all = await families();
        if (needs === 'nothing') return check_allowed(all, name, actors ?? ['nobody', 'expired', 'owner']);
        await check_refused(all, name, answers);
        if (answers.stranger === 'own') await check_own(all, name);
        const allowed = Object.keys(answers).filter((who) => answers[who] === 'ok');
        return check_allowed(all, name, allowed);
    });
}
