// The zero-knowledge client: everything the browser does with keys, so that the server never sees
// one. Passwords become a master key, that unlocks a private key, that unwraps the organisation key.
import {webcrypto} from 'node:crypto';

const {subtle} = webcrypto;
const utf8 = new TextEncoder();
const to_base64 = (bytes) => Buffer.from(bytes).toString('base64');
const from_base64 = (text) => new Uint8Array(Buffer.from(text, 'base64'));

export const iterations = 600_000;

const pbkdf2 = async (secret, salt, rounds) => {
    const key = await subtle.importKey('raw', secret, 'PBKDF2', false, ['deriveBits']);
    return new Uint8Array(await subtle.deriveBits({name: 'PBKDF2', hash: 'SHA-256', salt, iterations: rounds}, key, 256));
};

const aes_key = (bytes) => subtle.importKey('raw', bytes, 'AES-GCM', false, ['encrypt', 'decrypt']);

/// iv(12) ‖ ciphertext ‖ tag.
const seal = async (key, plain) => {
    const iv = webcrypto.getRandomValues(new Uint8Array(12));
    const sealed = new Uint8Array(await subtle.encrypt({name: 'AES-GCM', iv}, key, plain));
    return Buffer.concat([iv, sealed]);
};

const unseal = async (key, bytes) =>
    Buffer.from(await subtle.decrypt({name: 'AES-GCM', iv: bytes.subarray(0, 12)}, key, bytes.subarray(12)));

/// What a password and an email give: the key for the private key, and the proof for the server.
const from_password = async (email, password, rounds) => {
    const master = await pbkdf2(utf8.encode(password), utf8.encode(email.trim().toLowerCase()), rounds);
    const hkdf = await subtle.importKey('raw', master, 'HKDF', false, ['deriveKey']);
    const symmetric = await subtle.deriveKey(
        {name: 'HKDF', hash: 'SHA-256', salt: utf8.encode('familyvault'), info: utf8.encode('enc')},
        hkdf, {name: 'AES-GCM', length: 256}, false, ['encrypt', 'decrypt']);
    const proof = to_base64(await pbkdf2(master, utf8.encode(password), 1));
    return {master, symmetric, proof};
};

const rsa = {name: 'RSA-OAEP', hash: 'SHA-256'};

/// A signed-in member who holds the organisation key.
class member {
    constructor(org_key) {
        this.org_key = org_key;
    }

    async encrypt_text(text) {
        return to_base64(await seal(this.org_key, utf8.encode(text)));
    }

    async decrypt_text(text) {
        return (await unseal(this.org_key, from_base64(text))).toString('utf8');
    }

    encrypt_file(bytes) {
        return seal(this.org_key, bytes);
    }

    decrypt_file(bytes) {
        return unseal(this.org_key, bytes);
    }
}

/// Makes all keys of a new account and registers it through `http` (a client, signed in after).
export const register = async (http, email, password, full_name) => {
    const {master, symmetric, proof} = await from_password(email, password, iterations);
    const pair = await subtle.generateKey(
        {...rsa, modulusLength: 2048, publicExponent: new Uint8Array([1, 0, 1])}, true, ['encrypt', 'decrypt']);
    const pkcs8 = new Uint8Array(await subtle.exportKey('pkcs8', pair.privateKey));
    const org_bytes = webcrypto.getRandomValues(new Uint8Array(32));
    const wrapped = new Uint8Array(await subtle.encrypt({name: 'RSA-OAEP'}, pair.publicKey, org_bytes));
    const answer = await http.post('/api/auth/register', {
        email,
        password: 'placeholder',
        full_name,
        master_password_hash: proof,
        public_key: to_base64(await subtle.exportKey('spki', pair.publicKey)),
        encrypted_private_key: to_base64(await seal(symmetric, pkcs8)),
        recovery_encrypted_private_key: to_base64(await seal(await aes_key(master), pkcs8)),
        encrypted_org_key: to_base64(wrapped),
        kdf_iterations: iterations,
    });
    http.token = answer.token;
    return {answer, member: new member(await aes_key(org_bytes))};
};

/// Signs in with email and password alone and unwraps the organisation key from the server's answer.
export const login = async (http, email, password) => {
    const {kdf_iterations} = await http.post('/api/auth/prelogin', {email}, 200);
    const {symmetric, proof} = await from_password(email, password, kdf_iterations);
    const answer = await http.post('/api/auth/login', {email, password: 'placeholder', master_password_hash: proof}, 200);
    http.token = answer.token;
    const pkcs8 = await unseal(symmetric, from_base64(answer.encrypted_private_key));
    const private_key = await subtle.importKey('pkcs8', pkcs8, rsa, false, ['decrypt']);
    const org_bytes = await subtle.decrypt({name: 'RSA-OAEP'}, private_key, from_base64(answer.encrypted_org_key));
    return {answer, member: new member(await aes_key(org_bytes))};
};
