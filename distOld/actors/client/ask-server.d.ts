/**
 * Asks the server for one change: a connection, a line out, a line back.
 */
import { type PromiseActorLogic } from 'xstate';
import type { ServerRequest } from '../../machines/client/client-setup.js';
import type { ServerReply } from '../../machines/client/events.js';
export interface ServerEndpoint {
    /** A name or an address. */
    readonly host: string;
    readonly port: number;
}
/** Actor logic of one request; its output is the reply, its error says in words why there is none. */
export declare function askServerLogic(server: ServerEndpoint): PromiseActorLogic<ServerReply, ServerRequest>;
