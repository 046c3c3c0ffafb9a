/**
 * A server in this process, on free ports, over a store of the test's choice.
 */
import type { ExecutionContext } from 'ava';
import type { AnyActorRef } from 'xstate';
import type { Log } from '../../actors/log.js';
import { type RunningServer } from '../../actors/server/tree.js';
import type { Store } from '../../storage/store.js';
/** A log that keeps what it is given. */
export declare class TestLog implements Log {
    #private;
    readonly lines: {
        readonly level: string;
        readonly message: string;
        readonly fields: object;
    }[];
    debug: (fields: object, message: string) => void;
    info: (fields: object, message: string) => void;
    warn: (fields: object, message: string) => void;
    error: (fields: object, message: string) => void;
    isLevelEnabled(): boolean;
    /** What was logged under one message. */
    fieldsOf(message: string): object[];
}
export interface TestServer {
    readonly server: RunningServer;
    readonly log: TestLog;
    readonly tcp: number;
    readonly udp: number;
    /** Every actor that was ever made in this server, by the first half of its id. */
    actors(kind: string): AnyActorRef[];
    /** How many events of a type the actors of a kind were sent. */
    received(kind: string, type: string): number;
    /** How often children of this id were started. */
    starts(id: string): number;
}
/** Starts a server that ends with the test. */
export declare function serve(t: ExecutionContext, { openStore }?: {
    readonly openStore?: () => Promise<Store>;
}): Promise<TestServer>;
/** Crashes an actor as a throw in one of its listeners would. */
export declare function crash(actor: AnyActorRef | undefined): void;
/** The last actor of a kind that was made. */
export declare function current({ actors }: TestServer, kind: string): AnyActorRef | undefined;
/** A store whose commits wait until they are let through. */
export declare function heldStore(): {
    readonly openStore: () => Promise<Store>;
    letThrough(): void;
    readonly commits: number[];
};
