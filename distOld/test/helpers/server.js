/**
 * A server in this process, on free ports, over a store of the test's choice.
 */
import { startServer } from '../../actors/server/tree.js';
import { openMemoryStore } from '../../storage/memory-store.js';
/** A log that keeps what it is given. */
export class TestLog {
    lines = [];
    debug = this.#at('debug');
    info = this.#at('info');
    warn = this.#at('warn');
    error = this.#at('error');
    isLevelEnabled() {
        return true;
    }
    /** What was logged under one message. */
    fieldsOf(message) {
        return this.lines.filter((line) => line.message === message).map(({ fields }) => fields);
    }
    #at(level) {
        return (fields, message) => {
            this.lines.push({ level, message, fields });
        };
    }
}
/** Starts a server that ends with the test. */
export async function serve(t, { openStore = async () => openMemoryStore() } = {}) {
    const log = new TestLog();
    const actors = [];
    const received = [];
    const server = startServer({
        host: '127.0.0.1',
        tcpPort: 0,
        udpPort: 0,
        openStore,
        log,
        inspect: (event) => {
            if (event.type === '@xstate.actor')
                actors.push(event.actorRef);
            if (event.type === '@xstate.event')
                received.push(`${kindOf(event.actorRef)} ${event.event.type}`);
        },
    });
    t.teardown(async () => {
        server.shutdown();
        await server.ended;
    });
    if (!(await server.ready))
        throw (await server.ended).error;
    return {
        server,
        log,
        tcp: server.bound.get('tcp')?.port ?? 0,
        udp: server.bound.get('udp')?.port ?? 0,
        actors: (kind) => actors.filter((actor) => kindOf(actor) === kind),
        received: (kind, type) => received.filter((entry) => entry === `${kind} ${type}`).length,
        starts: (id) => log.fieldsOf('started').filter((fields) => fields.child === id).length,
    };
}
function kindOf(actor) {
    return actor.id.split(':')[0] ?? '';
}
/** Crashes an actor as a throw in one of its listeners would. */
export function crash(actor) {
    actor?.send({ type: 'behaviour.failed', error: new Error('injected') });
}
/** The last actor of a kind that was made. */
export function current({ actors }, kind) {
    return actors(kind).findLast(({ id }) => !id.startsWith('mailbox'));
}
/** A store whose commits wait until they are let through. */
export function heldStore() {
    const commits = [];
    let open = () => { };
    const gate = new Promise((resolve) => {
        open = resolve;
    });
    const store = openMemoryStore();
    return {
        commits,
        letThrough: () => open(),
        openStore: async () => ({
            ...store,
            async commit(changes) {
                commits.push(changes.length);
                await gate;
                return store.commit(changes);
            },
            close: () => gate,
        }),
    };
}
