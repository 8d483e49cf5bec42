// HTTP by hand over a socket, for what no proper client would send; and a strict reader of answers.
import {connect} from 'node:net';

/// Reads one answer from the start of `bytes`: {status, headers, body, used}, or undefined while it
/// is incomplete. `head_only`: the answer to a HEAD. Throws when it is not HTTP.
export const read_answer = (bytes, head_only = false) => {
    const text = bytes.toString('latin1');
    const end = text.indexOf('\r\n\r\n');
    if (end < 0) return undefined;
    const [start, ...lines] = text.slice(0, end).split('\r\n');
    const status = Number(/^HTTP\/1\.1 (\d{3}) /.exec(start)?.[1]);
    if (!status) throw new Error(`no status line: ${JSON.stringify(start)}`);
    const headers = {};
    for (const line of lines) {
        const colon = line.indexOf(':');
        if (colon < 1) throw new Error(`no field: ${JSON.stringify(line)}`);
        const name = line.slice(0, colon).toLowerCase();
        if (name in headers && name !== 'vary') throw new Error(`field ${name} twice`);
        headers[name] = line.slice(colon + 1).trim();
    }
    const bare = head_only || status < 200 || status === 204 || status === 304;
    const length = bare ? 0 : Number(headers['content-length']);
    if (Number.isNaN(length)) throw new Error('an answer without Content-Length');
    const used = end + 4 + length;
    if (bytes.length < used) return undefined;
    return {status, headers, body: text.slice(end + 4, used), used};
};

/// A connection that sends bytes as they are and hands out answers one by one.
export class raw {
    constructor(port) {
        this.bytes = Buffer.alloc(0);
        this.closed = false;
        this.wake = () => {};
        this.socket = connect({port, host: '127.0.0.1', allowHalfOpen: true});
        this.socket.setNoDelay(true);
        this.socket.on('data', (data) => {
            this.bytes = Buffer.concat([this.bytes, data]);
            this.wake();
        });
        const gone = () => {
            this.closed = true;
            this.wake();
        };
        this.socket.on('end', gone);
        this.socket.on('close', gone);
        // A reset while we still send is one way to close.
        this.socket.on('error', gone);
    }

    /// Strings are sent as Latin-1.
    send(data) {
        this.socket.write(typeof data === 'string' ? Buffer.from(data, 'latin1') : data);
    }

    changed() {
        return new Promise((resolve) => (this.wake = resolve));
    }

    /// The next answer, or undefined when the server closed before one was complete.
    async next({head_only = false} = {}) {
        for (;;) {
            const answer = read_answer(this.bytes, head_only);
            if (answer) {
                this.bytes = this.bytes.subarray(answer.used);
                return answer;
            }
            if (this.closed) return undefined;
            await this.changed();
        }
    }

    /// Waits until the server has closed; returns what came beyond the answers taken.
    async end() {
        while (!this.closed) await this.changed();
        this.socket.destroy();
        return this.bytes.toString('latin1');
    }

    close() {
        this.socket.destroy();
    }
}

/// Sends bytes and returns every answer until the server closes.
export const answers_until_close = async (port, data) => {
    const connection = new raw(port);
    connection.send(data);
    const answers = [];
    for (let answer = await connection.next(); answer; answer = await connection.next()) answers.push(answer);
    const rest = await connection.end();
    return {answers, rest};
};

/// A request head; fields as lines.
export const head = (start, ...fields) => `${[start, ...fields].join('\r\n')}\r\n\r\n`;
