/**
 * The listener for calls: the port that the heartbeat announces, and a chat for whoever connects.
 */
import { createServer } from 'node:net';
import { fromBehaviour } from '../supervision/behaviour.js';
/** Most calls coming in at once, refused ones that linger included; more are cut off. */
export const MAX_INCOMING_CALLS = 16;
/** Actor logic of the listener; emits `port.bound`, and is ready when it is. */
export const callsLogic = fromBehaviour((scope, input) => {
    const { port, chats, heartbeat } = input;
    const server = createServer({ allowHalfOpen: true, noDelay: true });
    server.maxConnections = MAX_INCOMING_CALLS;
    server.on('connection', (socket) => {
        chats.send({ type: 'child.start', input: { kind: 'incoming', socket } });
    });
    server.on('error', (error) => scope.fail(error));
    server.once('listening', scope.guard(() => {
        const news = { type: 'port.bound', port: server.address().port };
        heartbeat.send(news);
        scope.emit(news);
        scope.ready();
    }));
    server.listen(port);
    return {
        starting: true,
        receive: () => { },
        release: () => server.close(),
    };
});
