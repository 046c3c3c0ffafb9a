/**
 * People with keys. Their clients look up the keys of buddies in a table of the test, not at a server.
 */

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ExecutionContext } from 'ava';
import {
  type Client,
  type CreateClientOptions,
  createKeyedClient,
} from '../../actors/client/create-client.js';
import { Privacy } from '../../actors/client/privacy.js';
import { DeviceCredentials } from '../../keys/device-credentials.js';
import { Identity } from '../../keys/identity.js';
import { createContext } from '../../keys/tls.js';
import type { Pin } from '../../machines/client/pins.js';
import type { PrivacyMode } from '../../machines/client/private-calls.js';
import type { WhoAnswer } from '../../machines/client/who.js';
import type { UserId } from '../../protocol/id.js';
import type { IdentityKey } from '../../protocol/key.js';
import { type KeyFileName, serverName } from '../../user-files/key-file-name.js';
import { Pins } from '../../user-files/pins.js';
import { Undelivered } from '../../user-files/undelivered.js';
import type { Ports } from './buddies.js';

const SERVER = serverName({ host: 'test', port: 1 }, undefined);

/** A server's answers about the keys of ids. For an id without an entry, the answer is `open`. */
export class KeyTable {
  readonly answers = new Map<string, WhoAnswer>();
  /** The ids that clients have asked about. */
  readonly asked: string[] = [];

  names(id: string, key: IdentityKey, floor = 0): void {
    this.answers.set(id, { says: 'key', key, floor });
  }

  who(id: string): WhoAnswer {
    this.asked.push(id);
    return this.answers.get(id) ?? { says: 'open' };
  }
}

export interface PersonOptions {
  readonly mode?: PrivacyMode;
  readonly keepsLines?: boolean;
  readonly identity?: Identity;
  /** True if the person has no key on this machine. */
  readonly isKeyless?: boolean;
  readonly root?: string;
}

/** A user with a key on this machine, and the files of that user. */
export class Person {
  readonly id: UserId;
  readonly identity: Identity;
  device: DeviceCredentials;
  readonly root: string;
  readonly pins: Pins;
  readonly undelivered: Undelivered;
  readonly privacy: Privacy;

  constructor(id: string, table: KeyTable, root: string, options: PersonOptions) {
    this.id = id as UserId;
    this.identity = options.identity ?? Identity.create();
    this.device = DeviceCredentials.issue(this.identity, { nowMs: 1_700_000_000_000 });
    this.root = root;
    const name: KeyFileName = { id: this.id, server: SERVER };
    this.pins = new Pins(root, name);
    this.undelivered = new Undelivered(root, name);
    this.privacy = new Privacy({
      who: async (asked) => table.who(asked),
      credentialsOf: (of) => (of === this.id && options.isKeyless !== true ? this.device : undefined),
      contextOf: (of) =>
        of === this.id && options.isKeyless !== true ? createContext(this.device) : undefined,
      hadKey: (of) => options.isKeyless !== true && (of === undefined || of === this.id),
      pinsOf: () => this.pins,
      undeliveredOf: () => this.undelivered,
      mode: options.mode ?? 'as-can',
      keepsLines: options.keepsLines ?? false,
    });
  }

  get key(): IdentityKey {
    return this.identity.key;
  }

  async pin(buddy: string, pin: Partial<Pin> & Pick<Pin, 'key'>): Promise<void> {
    await this.pins.change(buddy as UserId, () => ({ floor: 0, by: 'server', ...pin }));
  }

  async pinned(buddy: string): Promise<IdentityKey | undefined> {
    const trust = (await this.pins.read()).find(buddy as UserId);
    return typeof trust === 'object' ? trust.key : undefined;
  }
}

export async function person(
  t: ExecutionContext,
  id: string,
  table: KeyTable,
  options: PersonOptions = {},
): Promise<Person> {
  const root = options.root ?? (await mkdtemp(join(tmpdir(), 'im-person-')));
  t.teardown(() => rm(root, { recursive: true, force: true }));
  return new Person(id, table, root, options);
}

/** Creates the client of a person, as a program would. */
export function clientOf(
  t: ExecutionContext,
  { tcp, udp }: Ports,
  { id, privacy }: Person,
  options: CreateClientOptions = {},
): Client {
  const client = createKeyedClient(
    { server: '127.0.0.1', tcpPort: tcp, udpPort: udp, user: id, ...options },
    privacy,
  );
  t.teardown(() => client.close());
  return client;
}
