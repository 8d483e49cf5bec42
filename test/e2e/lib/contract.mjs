// Compares answers with /openapi.json, the server's own description: a status, a media type, a
// member or a refusal that is not declared there is a failure, and so is a value of a wrong type.
import {request as send} from 'node:http';

import {common} from './machine.mjs';
import {package_module} from './packages.mjs';

const read_document = (port) =>
    new Promise((resolve, reject) => {
        send({port, host: '127.0.0.1', path: '/openapi.json'}, async (answer) => {
            const pieces = [];
            for await (const piece of answer) pieces.push(piece);
            if (answer.statusCode !== 200) reject(new Error(`/openapi.json: ${answer.statusCode}`));
            else resolve(JSON.parse(Buffer.concat(pieces).toString('utf8')));
        }).on('error', reject).end();
    });

/// A document in which an object has no members but those it declares.
const closed = (node) => {
    if (Array.isArray(node)) return node.map(closed);
    if (node === null || typeof node !== 'object') return node;
    const copy = Object.fromEntries(Object.entries(node).map(([name, value]) => [name, closed(value)]));
    if (node.type === 'object' && node.properties) copy.additionalProperties = false;
    return copy;
};

/// JSON Pointer, as a fragment.
const pointer = (...names) =>
    names.map((name) => `/${encodeURIComponent(String(name).replaceAll('~', '~0').replaceAll('/', '~1'))}`).join('');

/// The fixed begin of a text: what stands before a value that was put into it.
const fixed = (text) => /^[^:(…]*/.exec(text)[0];

const segments = (path) => path.split('/').slice(1);

export class contract {
    constructor(document, ajv) {
        this.document = document;
        this.ajv = ajv;
        ajv.addSchema(closed(document), 'openapi');
        // Fixed names win over parameters, as in the router.
        const rank = (path) => segments(path).map((name) => (name.startsWith('{') ? '1' : '0')).join('');
        this.paths = Object.keys(document.paths).sort((a, b) => (rank(a) < rank(b) ? -1 : 1));
    }

    /// The path of the document that stands for that of a request.
    path_of(path) {
        const sent = segments(path.split('?')[0]);
        return this.paths.find((declared) => {
            const names = segments(declared);
            return names.length === sent.length && names.every((name, i) => (name.startsWith('{') ? sent[i] !== '' : name === sent[i]));
        });
    }

    resolve(node) {
        return node?.$ref ? node.$ref.slice(2).split('/').reduce((at, name) => at[name], this.document) : node;
    }

    validate(place, value) {
        const check = this.ajv.getSchema(`openapi#${place}`);
        if (!check) throw new Error(`no schema at ${place}`);
        if (!check(value)) throw new Error(`${this.ajv.errorsText(check.errors)} in ${JSON.stringify(value).slice(0, 500)}`);
    }

    /// What no operation answers: unknown paths and methods.
    check_outside(status, json) {
        if (![404, 405, 307].includes(status)) throw new Error(`status ${status} of what is not declared`);
        if (status !== 307) this.validate('/components/schemas/error', json);
    }

    /// Throws when the answer is none that the document has for the request. `json`: its parsed
    /// body, undefined when the body has not been read.
    check(method, path, status, headers, json) {
        const declared = this.path_of(path);
        const verb = (method === 'HEAD' ? 'GET' : method).toLowerCase();
        const operation = declared && this.document.paths[declared][verb];
        if (!operation) return this.check_outside(status, json);
        const key = operation.responses[status] ? String(status) : `${Math.floor(status / 100)}XX`;
        // A 500 is a bug whatever the document says.
        const answer = status === 500 ? undefined : this.resolve(operation.responses[key]);
        if (!answer) throw new Error(`status ${status} is not declared`);
        const type = (headers['content-type'] ?? '').split(';')[0];
        if (!type) return undefined;
        const media = [type, type.replace(/\/.*/, '/*'), '*/*'].find((name) => answer.content?.[name]);
        if (!media) throw new Error(`media type ${type} is not declared`);
        if (!answer.content[media].schema || json === undefined) return undefined;
        const ref = operation.responses[key].$ref;
        const place = ref ? ref.slice(1) : pointer('paths', declared, verb, 'responses', key);
        this.validate(`${place}/content${pointer(media)}/schema`, json);
        const texts = Object.values(answer.content[media].examples ?? {}).map(({value}) => value.detail);
        if (status >= 400 && texts.length > 0 && !texts.some((text) => json.detail.startsWith(fixed(text)))) {
            throw new Error(`refusal ${JSON.stringify(json.detail)} is not declared`);
        }
        return undefined;
    }
}

export const make_contract = async (document) => {
    const {default: {default: Ajv}} = await package_module('ajv/dist/2020.js');
    const {default: {default: add_formats}} = await package_module('ajv-formats');
    return new contract(document, add_formats(new Ajv({strict: false, allErrors: true})));
};

let made;
/// The contract of the program under test.
export const served_contract = () => {
    made ??= common().then(({vault}) => read_document(vault.port)).then(make_contract);
    return made;
};
