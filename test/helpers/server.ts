/**
 * A server in the test's process, on free ports, with a store of the test's choice.
 */

import type { ExecutionContext } from 'ava';
import type { AnyActorRef } from 'xstate';
import type { Log } from '../../actors/log.js';
import { type RunningServer, type ServerOptions, startServer } from '../../actors/server/server-tree.js';
import type { Store } from '../../storage/store.js';
import { openMemoryStore } from '../../storage/tables/memory-store.js';
import { fillWithKeyedIds } from './keyed-ids.js';

/** A log that keeps its lines in memory. */
export class TestLog implements Log {
  readonly lines: { readonly level: string; readonly message: string; readonly fields: object }[] = [];
  debug = this.#at('debug');
  info = this.#at('info');
  warn = this.#at('warn');
  error = this.#at('error');
  fatal = this.#at('fatal');

  isLevelEnabled(): boolean {
    return true;
  }

  /** The fields of all lines with a message. */
  fieldsOf(message: string): object[] {
    return this.lines.filter((line) => line.message === message).map(({ fields }) => fields);
  }

  #at(level: string): (fields: object, message: string) => void {
    return (fields, message) => {
      this.lines.push({ level, message, fields });
    };
  }
}

export interface TestServer {
  readonly server: RunningServer;
  readonly log: TestLog;
  readonly tcp: number;
  readonly udp: number;
  /** Every actor ever created in this server whose id starts with `kind:`. */
  actors(kind: string): AnyActorRef[];
  /** Number of events of a type that were sent to actors of a kind. */
  received(kind: string, type: string): number;
  /** Number of starts of children with an id. */
  starts(id: string): number;
}

/** Opens a new store in memory. If `KEYED_IDS` is set, the store begins with this many ids with keys. */
async function openFilledStore(): Promise<Store> {
  const store = openMemoryStore();
  await fillWithKeyedIds(store);
  return store;
}

/** Starts a server that ends with the test. */
export async function serve(
  t: ExecutionContext,
  { openStore = openFilledStore, ...options }: Partial<ServerOptions> = {},
): Promise<TestServer> {
  const log = new TestLog();
  const actors: AnyActorRef[] = [];
  const received: string[] = [];
  const server = startServer({
    host: '127.0.0.1',
    tcpPort: 0,
    udpPort: 0,
    openStore,
    log,
    ...options,
    inspect: (event) => {
      if (event.type === '@xstate.actor') actors.push(event.actorRef as AnyActorRef);
      if (event.type === '@xstate.event')
        received.push(`${kindOf(event.actorRef as AnyActorRef)} ${event.event.type}`);
    },
  });
  t.teardown(async () => {
    server.shutdown();
    await server.ended;
  });
  if (!(await server.ready)) throw (await server.ended).error;
  return {
    server,
    log,
    tcp: server.bound.get('tcp')?.port ?? 0,
    udp: server.bound.get('udp')?.port ?? 0,
    actors: (kind) => actors.filter((actor) => kindOf(actor) === kind),
    received: (kind, type) => received.filter((entry) => entry === `${kind} ${type}`).length,
    starts: (id) =>
      log.fieldsOf('started').filter((fields) => (fields as { child: string }).child === id).length,
  };
}

function kindOf(actor: { readonly id: string }): string {
  return actor.id.split(':')[0] ?? '';
}

/** Crashes an actor in the same way as an error thrown in one of its listeners. */
export function crash(actor: AnyActorRef | undefined): void {
  actor?.send({ type: 'behaviour.failed', error: new Error('injected') } as never);
}

/** The last created actor of a kind. */
export function current({ actors }: TestServer, kind: string): AnyActorRef | undefined {
  return actors(kind).findLast(({ id }) => !id.startsWith('mailbox'));
}

/** A store whose commits wait until the test calls `letThrough`. */
export function heldStore(): {
  readonly openStore: () => Promise<Store>;
  letThrough(): void;
  readonly commits: number[];
} {
  const commits: number[] = [];
  let open = () => {};
  const gate = new Promise<void>((resolve) => {
    open = resolve;
  });
  const store = openMemoryStore();
  const filled = fillWithKeyedIds(store);
  return {
    commits,
    letThrough: () => open(),
    async openStore() {
      await filled;
      return {
        ...store,
        async commit(changes) {
          commits.push(changes.length);
          await gate;
          return store.commit(changes);
        },
        close: () => gate,
      };
    },
  };
}

/**
 * A store whose commits wait between `hold` and `letThrough`. If the actor of the store restarts, the store
 * still has its users.
 */
export function gatedStore(): {
  readonly openStore: () => Promise<Store>;
  /** Makes each later commit begin, and then wait. */
  hold(): void;
  /** Whether a commit waits. */
  isHolding(): boolean;
  letThrough(): void;
} {
  let gate = Promise.resolve();
  let open = () => {};
  let waiting = 0;
  const store = openMemoryStore(async () => {
    waiting += 1;
    await gate;
    waiting -= 1;
    await new Promise(setImmediate);
  });
  return {
    hold() {
      gate = new Promise((resolve) => {
        open = resolve;
      });
    },
    isHolding: () => waiting > 0,
    letThrough: () => open(),
    openStore: async () => ({
      ...store,
      close: async () => {},
    }),
  };
}
