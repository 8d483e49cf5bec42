// Certificates for tests: an authority of our own and what it signs, made with the openssl command.
import {strict as assert} from 'node:assert';
import {spawnSync} from 'node:child_process';
import {readFileSync, renameSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';

import {folder} from './machine.mjs';

const openssl = (...words) => {
    const done = spawnSync('openssl', words, {encoding: 'utf8'});
    assert.equal(done.status, 0, `openssl ${words.join(' ')}: ${done.stderr}`);
    return done.stdout;
};

/// The name all these certificates are for.
export const host = 'vault.example';

export class authority {
    constructor() {
        this.folder = folder('ca');
        this.file = join(this.folder, 'ca.pem');
        openssl('req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '90',
            '-subj', '/O=kinvault test/CN=kinvault test authority', '-addext', 'keyUsage=critical,keyCertSign,cRLSign',
            '-keyout', join(this.folder, 'ca.key'), '-out', this.file);
        this.pem = readFileSync(this.file, 'utf8');
        this.count = 0;
    }

    /// A fresh key and certificate: {certificate, key} as PEM.
    sign(kind = 'ec') {
        this.count += 1;
        const path = (name) => join(this.folder, `${this.count}.${name}`);
        const key = kind === 'rsa' ? ['rsa:2048'] : ['ec', '-pkeyopt', 'ec_paramgen_curve:P-256'];
        openssl('req', '-newkey', ...key, '-nodes', '-subj', `/CN=${host}`, '-keyout', path('key'), '-out', path('csr'));
        writeFileSync(path('ext'), `subjectAltName=DNS:${host},DNS:localhost,IP:127.0.0.1\nbasicConstraints=CA:FALSE\n` +
            'keyUsage=critical,digitalSignature\nextendedKeyUsage=serverAuth\n');
        openssl('x509', '-req', '-in', path('csr'), '-CA', this.file, '-CAkey', join(this.folder, 'ca.key'),
            '-CAcreateserial', '-days', '90', '-sha256', '-extfile', path('ext'), '-out', path('pem'));
        return {certificate: readFileSync(path('pem'), 'utf8'), key: readFileSync(path('key'), 'utf8')};
    }

    /// The files a server reads, in a folder of their own; `replace` exchanges one as certbot does.
    files(pair = this.sign()) {
        const place = folder('tls');
        const certificate = join(place, 'fullchain.pem');
        const key = join(place, 'privkey.pem');
        writeFileSync(certificate, pair.certificate);
        writeFileSync(key, pair.key, {mode: 0o600});
        return {certificate, key, env: {TLS_CERTIFICATE: certificate, TLS_KEY: key}};
    }
}

/// Puts a new file in the place of another at once.
export const replace = (path, text) => {
    writeFileSync(`${path}.new`, text, {mode: 0o600});
    renameSync(`${path}.new`, path);
};

let shared;
export const common_authority = () => (shared ??= new authority());
