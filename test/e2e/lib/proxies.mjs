// nginx, Caddy and HAProxy in front of a server, with the configurations that config/ has for them:
// only names, ports and files are put in.
import {strict as assert} from 'node:assert';
import {readFileSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';

import {common_authority, host} from './certificates.mjs';
import {can_connect, folder, free_port, helper, root} from './machine.mjs';

/// The file with each text replaced; each must be there.
const filled = (name, replacements) => {
    let text = readFileSync(join(root, 'config', name), 'utf8');
    for (const [from, to] of replacements) {
        assert.ok(text.includes(from), `config/${name} has no '${from}'`);
        text = text.replaceAll(from, to);
    }
    return text;
};

const nginx = ({place, upstreams, port, plain, certificate, key}) => {
    const site = join(place, 'kinvault.conf');
    writeFileSync(site, filled('nginx.conf', [
        ['    server 127.0.0.1:8000;', upstreams.map((address) => `    server ${address};`).join('\n')],
        ['listen 80;', `listen 127.0.0.1:${plain};`],
        ['listen 443 ssl', `listen 127.0.0.1:${port} ssl`],
        ['https://$host$request_uri', `https://$host:${port}$request_uri`],
        ['/etc/letsencrypt/live/vault.example.org/fullchain.pem', certificate],
        ['/etc/letsencrypt/live/vault.example.org/privkey.pem', key],
        ['vault.example.org', host],
    ]));
    const main = join(place, 'nginx.conf');
    const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map((name) => `${name}_temp_path ${place}/${name};`);
    writeFileSync(main, `daemon off;\npid ${place}/pid;\nerror_log stderr;\nworker_processes 2;\n` +
        `${process.getuid() === 0 ? 'user root;\n' : ''}events {}\nhttp { access_log off;\n${temporary.join('\n')}\ninclude ${site};\n}\n`);
    return new helper('nginx', ['-e', 'stderr', '-c', main]);
};

const caddy = ({place, upstreams, port, plain, certificate, key}) => {
    const file = join(place, 'Caddyfile');
    const site = '{$KINVAULT_SITE:vault.example.org} {';
    writeFileSync(file, `{\n\tadmin off\n\thttp_port ${plain}\n}\n${filled('Caddyfile', [[site, `${site}\n\tbind 127.0.0.1\n\ttls ${certificate} ${key}`]])}`);
    const env = {
        PATH: process.env.PATH, HOME: place, XDG_DATA_HOME: place,
        KINVAULT_SITE: `https://${host}:${port}`,
        KINVAULT_SERVER: upstreams.map((address) => address.replace('unix:', 'unix/')).join(' '),
    };
    return new helper('caddy', ['run', '--config', file, '--adapter', 'caddyfile'], {env});
};

const haproxy = ({place, upstreams, port, plain, certificate, key}) => {
    const pem = join(place, 'vault.pem');
    writeFileSync(pem, readFileSync(certificate, 'utf8') + readFileSync(key, 'utf8'), {mode: 0o600});
    const file = join(place, 'haproxy.cfg');
    writeFileSync(file, filled('haproxy.cfg', [
        ['bind :80', `bind 127.0.0.1:${plain}`],
        ['bind :443', `bind 127.0.0.1:${port}`],
        ['/etc/haproxy/vault.example.org.pem', pem],
        ['    server one 127.0.0.1:8000', upstreams.map((address, i) => `    server s${i} ${address.replace('unix:', 'unix@')}`).join('\n')],
    ]));
    return new helper('haproxy', ['-db', '-f', file]);
};

export const proxies = {nginx, caddy, haproxy};

/// Starts one in front of `upstreams` (addresses, or unix:/path): {process, at: for clients, plain}.
export const start_proxy = async (name, upstreams, pair = common_authority().files()) => {
    const place = folder(name);
    const [port, plain] = [await free_port(), await free_port()];
    const started = proxies[name]({place, upstreams, port, plain, ...pair});
    await started.start(() => can_connect(port));
    return {process: started, place, plain, at: {port, ca: common_authority().pem, servername: host, headers: {host: `${host}:${port}`}}};
};
