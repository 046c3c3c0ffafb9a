/**
 * A user's home directory with keys, as if a client had registered ids.
 */

import { join } from 'node:path';
import type { ExecutionContext } from 'ava';
import { createServerIdentity } from '../../actors/server/server-identity.js';
import type { DeviceCredentials } from '../../keys/device-credentials.js';
import { Identity } from '../../keys/identity.js';
import { parseId, type UserId } from '../../protocol/id.js';
import { type IdentityKey, parseKey } from '../../protocol/key.js';
import type { Store } from '../../storage/store.js';
import { openMemoryStore } from '../../storage/tables/memory-store.js';
import { KeyFiles, type StoredKey } from '../../user-files/key-file.js';
import { type KeyFileName, serverName } from '../../user-files/key-file-name.js';
import { Pins } from '../../user-files/pins.js';
import { isFailed } from '../../user-files/private-directory.js';
import { fieldsOfDevice } from '../../user-files/stored-credentials.js';
import { ask } from './network.js';
import {
  emptyEnvironment,
  Program,
  programPath,
  type ServerProgram,
  startServerProgram,
  temporaryDirectory,
} from './programs.js';
import { askSealed, deviceOf } from './sealed-client.js';
import { serve } from './server.js';
import { Terminal, type TerminalSize } from './terminal.js';

/** A server as the programs address it. */
export interface ServerAt {
  readonly tcp: number;
  readonly key: IdentityKey;
}

export interface Finished {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export class KeyedHome {
  readonly path: string;
  readonly #t: ExecutionContext;
  readonly #server: ServerAt;

  private constructor(t: ExecutionContext, path: string, server: ServerAt) {
    this.#t = t;
    this.path = path;
    this.#server = server;
  }

  /** An empty home of a user of a server on this machine. */
  static async create(t: ExecutionContext, server: ServerAt): Promise<KeyedHome> {
    return new KeyedHome(t, await temporaryDirectory(t), server);
  }

  /** The data directory of the client. */
  get root(): string {
    return join(this.path, '.local/share/im');
  }

  get keys(): KeyFiles {
    return new KeyFiles(this.root);
  }

  nameOf(id: string): KeyFileName {
    const server = serverName({ host: '127.0.0.1', port: this.#server.tcp }, this.#server.key);
    return { id: parseId(id) as UserId, server };
  }

  pinsOf(id: string): Pins {
    return new Pins(this.root, this.nameOf(id));
  }

  /** The contents of an id's key file. Throws if the file is damaged. */
  async stored(id: string): Promise<StoredKey | undefined> {
    const stored = await this.keys.read(this.nameOf(id));
    if (isFailed(stored)) throw new Error(stored.reason);
    return stored;
  }

  /** Registers an id with an identity, by default a new one. Stores the id's key together with the seed. */
  async register(id: string, identity = Identity.create()): Promise<Identity> {
    const device = deviceOf(identity);
    this.#t.is(await askSealed(this.#server.tcp, device, `REG ${id}`), '200 OK\r\n');
    await this.store(id, identity, device);
    return identity;
  }

  async store(id: string, identity: Identity, device: DeviceCredentials, isTentative = false): Promise<void> {
    const failed = await this.keys.restore({
      ...this.nameOf(id),
      ...fieldsOfDevice(device),
      identity: identity.key,
      seed: Buffer.from(identity.toSeed()).toString('base64url'),
      isTentative,
    });
    this.#t.is(failed, undefined);
  }

  /** Starts a command of the client, with the options with which the client finds the server. */
  start(...args: readonly string[]): Program {
    const { environment, options } = this;
    return new Program(this.#t, { name: 'im-client', environment }, ...options, ...args);
  }

  /** Runs a command to its end, with one input. */
  async run(args: readonly string[], input = ''): Promise<Finished> {
    const program = this.start(...args);
    program.process.stdin?.end(input);
    const code = await program.exited;
    return { code, stdout: program.stdout, stderr: program.stderr };
  }

  /** Runs a command in a terminal. */
  inTerminal(size: TerminalSize, ...args: readonly string[]): Terminal {
    const program = [process.execPath, programPath('im-client'), ...this.options, ...args];
    return new Terminal(this.#t, size, 'env', `HOME=${this.path}`, ...program);
  }

  /** The environment of the client. */
  get environment(): NodeJS.ProcessEnv {
    return { ...emptyEnvironment(this.#t), HOME: this.path };
  }

  /** The options with which the client finds the server. */
  get options(): readonly string[] {
    return ['--server', '127.0.0.1', '--tcp-port', String(this.#server.tcp)];
  }
}

/** Starts a server with a key of its own. */
export async function serveWithKey(t: ExecutionContext): Promise<ServerAt & { readonly store: Store }> {
  const identity = createServerIdentity(Identity.create(), 0);
  const store = openMemoryStore();
  const { tcp } = await serve(t, { identity: () => identity, openStore: async () => store });
  return { tcp, key: identity.key, store };
}

/** Starts the program of the server, in a new directory if none is given. */
export async function startKeyedServer(
  t: ExecutionContext,
  directory?: string,
  ...args: readonly string[]
): Promise<ServerAt & ServerProgram> {
  const server = await startServerProgram(t, directory ?? (await temporaryDirectory(t)), ...args);
  const reply = await ask(server.tcp, 'VER im 1\n');
  return { ...server, key: parseKey(reply.trim().split(' ').at(-1) ?? '') as IdentityKey };
}
