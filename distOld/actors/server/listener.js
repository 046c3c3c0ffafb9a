/**
 * The TCP listener: accepts connections and hands each socket to the supervisor of connections.
 */
import { createServer } from 'node:net';
import { fromBehaviour } from '../supervision/behaviour.js';
/** Most connections that wait in the kernel to be accepted. */
const ACCEPT_BACKLOG = 4_096;
/** Actor logic of the listener; emits {@link SocketBound} and is ready when it is bound. */
export const listenerLogic = fromBehaviour((scope, input) => {
    const { host, port, connections, store, log } = input;
    // A client may half-close after its line and still wants the reply.
    const server = createServer({ allowHalfOpen: true, noDelay: true });
    server.on('connection', (socket) => connections.send({ type: 'child.start', input: { socket, store, log } }));
    server.on('error', (error) => scope.fail(error));
    server.once('listening', scope.guard(() => {
        const { address, port: boundPort } = server.address();
        scope.emit({
            type: 'socket.bound',
            protocol: 'tcp',
            host: address,
            port: boundPort,
        });
        scope.ready();
    }));
    server.listen({ host, port, backlog: ACCEPT_BACKLOG });
    return {
        starting: true,
        receive: () => { },
        release: () => server.close(),
    };
});
