import { once } from 'node:events';
import { createServer } from 'node:net';
import test, {} from 'ava';
import { createActor, toPromise } from 'xstate';
import { askServerLogic } from '../../../actors/client/ask-server.js';
/** Asks a server that does what the test says with its one connection. */
async function askOne(t, serve) {
    const server = createServer({ allowHalfOpen: true }, (socket) => {
        socket.on('error', () => { }); // the client leaves when it has its line
        serve(socket);
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    t.teardown(() => server.close());
    const { port } = server.address();
    return ask('127.0.0.1', port);
}
async function ask(host, port) {
    const actor = createActor(askServerLogic({ host, port }), { input: { op: 'ADD', ids: ['alice', 'bob'] } });
    const reply = toPromise(actor);
    actor.start();
    return reply;
}
test('it sends one line and takes one back', async (t) => {
    let request = '';
    const reply = await askOne(t, (socket) => {
        socket.on('data', (chunk) => {
            request += chunk;
            socket.end('200 OK\r\n');
        });
    });
    t.is(request, 'ADD alice bob\r\n');
    t.deepEqual(reply, { line: '200 OK', done: true });
});
test('any other reply is taken as received, but not as done', async (t) => {
    const reply = await askOne(t, (socket) => socket.end('202 NO SUCH USER\r\n'));
    t.deepEqual(reply, { line: '202 NO SUCH USER', done: false });
});
test('a reply may come in pieces, and without a line end', async (t) => {
    const reply = await askOne(t, (socket) => {
        socket.write('20');
        socket.end('0 OK');
    });
    t.is(reply.line, '200 OK');
});
test('what a server sends is gated and bounded', async (t) => {
    const gated = await askOne(t, (socket) => socket.end('200 \u001b[2J\r\n'));
    t.is(gated.line, '200 \uFFFD[2J');
    const long = await askOne(t, (socket) => socket.write('x'.repeat(100_000)));
    t.is(long.line.length, 512);
});
test('a server that closes without a reply is an error in words', async (t) => {
    await t.throwsAsync(askOne(t, (socket) => socket.end()), { message: 'it closed the connection without a reply' });
    await t.throwsAsync(askOne(t, (socket) => socket.resetAndDestroy()), { message: 'the connection was cut' });
});
test('a server that is not there is an error in words', async (t) => {
    await t.throwsAsync(ask('127.0.0.1', 1), { message: 'nothing listens there' });
    await t.throwsAsync(ask('no.such.host.invalid', 1), { message: 'its name is not known' });
});
