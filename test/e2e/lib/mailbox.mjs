// A real mail server for end-to-end tests: test/support/smtp/server.py as a process of its own.
import {spawn} from 'node:child_process';
import {once} from 'node:events';
import {join} from 'node:path';
import {createInterface} from 'node:readline';

import {folder, root, until} from './machine.mjs';

export class mailbox {
    /// `port` 0: a free one. `options`: arguments of the script.
    constructor(options = [], port = 0) {
        this.options = options;
        this.port = port;
        this.folder = folder('smtp');
        this.mails = [];
        this.commands = 0;
    }

    async start() {
        const words = ['--folder', this.folder, '--port', String(this.port), ...this.options];
        this.process = spawn('/usr/bin/python3', [join(root, 'test/support/smtp/server.py'), ...words], {stdio: ['pipe', 'pipe', 'inherit']});
        this.ended = once(this.process, 'close');
        createInterface({input: this.process.stdout}).on('line', (line) => this.read(JSON.parse(line)));
        this.listening = false;
        await until('the mail server listens', () => this.listening);
        return this;
    }

    read(line) {
        if (line.port) {
            this.port = line.port;
            this.listening = true;
        } else if (line.done) {
            this.commands += 1;
        } else {
            this.mails.push(line);
        }
    }

    get ca_file() {
        return join(this.folder, 'ca.pem');
    }

    async command(line) {
        const wanted = this.commands + 1;
        this.process.stdin.write(`${line}\n`);
        await until(line, () => this.commands >= wanted);
    }

    to(address) {
        return this.mails.filter((mail) => mail.to.includes(address));
    }

    /// The first mail to this address, waited for.
    async first(address, seconds = 30) {
        return until(`a mail to ${address}`, () => this.to(address)[0], seconds);
    }

    /// Settings of a server that sends its mail here.
    settings(more = {}) {
        return {SMTP_HOST: '127.0.0.1', SMTP_PORT: String(this.port), SMTP_USE_TLS: 'false', SMTP_FROM: 'The vault <vault@example.org>', ...more};
    }

    async stop() {
        this.process.stdin.end();
        await this.ended;
    }
}
