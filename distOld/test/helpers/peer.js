/**
 * A scripted buddy: one end of a chat, in whatever dialect its test speaks.
 */
import { once } from 'node:events';
import { connect, createServer } from 'node:net';
/** One connection, read line by line. */
export class Peer {
    socket;
    #text = '';
    #ended = false;
    #wake = () => { };
    constructor(socket) {
        this.socket = socket;
        socket.on('data', (chunk) => {
            this.#text += chunk;
            this.#wake();
        });
        socket.on('end', () => {
            this.#ended = true;
            this.#wake();
        });
        socket.on('error', () => { });
        socket.on('close', () => {
            this.#ended = true;
            this.#wake();
        });
    }
    /** Calls a client. */
    static async call(t, port) {
        const socket = connect({ port, host: '127.0.0.1' });
        t.teardown(() => socket.destroy());
        await once(socket, 'connect');
        return new Peer(socket);
    }
    send(text) {
        this.socket.write(text);
    }
    /** Waits until the other side has closed, or cut the connection; what it said is passed over. */
    async ended() {
        while ((await this.line()) !== undefined)
            ;
    }
    /** The next line without its LF, or `undefined` when the other side has closed. */
    async line() {
        for (;;) {
            const end = this.#text.indexOf('\n');
            if (end !== -1) {
                const line = this.#text.slice(0, end);
                this.#text = this.#text.slice(end + 1);
                return line;
            }
            if (this.#ended)
                return undefined;
            await new Promise((resolve) => {
                this.#wake = resolve;
            });
        }
    }
}
/** Listens for calls until the test is over. */
export async function listenForCalls(t) {
    const server = createServer();
    const waiting = [];
    let wake = () => { };
    server.on('connection', (socket) => {
        t.teardown(() => socket.destroy());
        waiting.push(new Peer(socket));
        wake();
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    t.teardown(() => server.close());
    const address = server.address();
    return {
        port: typeof address === 'object' && address !== null ? address.port : 0,
        async called() {
            for (;;) {
                const peer = waiting.shift();
                if (peer !== undefined)
                    return peer;
                await new Promise((resolve) => {
                    wake = resolve;
                });
            }
        },
    };
}
