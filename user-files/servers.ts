/**
 * The keys of servers: `servers.jsonl`. A line with `"key":null` is about a server that keeps no keys.
 *
 *     {"server":"im.example:1234","key":"…43 characters…","sum":"5d41402abc4b2a76"}
 *     {"server":"[::1]:1234","key":null,"sum":"…"}
 *     {"server":"im.example:1234","forgotten":true,"sum":"…"}
 *
 * `subject-log.ts` has the rules of reading: damage never makes a known server unknown.
 */

import { type IdentityKey, parseKey } from '../protocol/key.js';
import type { Files } from '../storage/files/files.js';
import { type ServerAddress, serverAddress } from './key-file-name.js';
import { type Failed, PrivateDirectory } from './private-directory.js';
import { type Known, type LogFormat, SubjectLog } from './subject-log.js';

/** The maximum number of known servers. */
export const MAX_SERVERS = 1_000;

/** The maximum number of bytes in the file. */
const MAX_SERVERS_BYTES = 2 * 1024 * 1024;

/** The maximum number of characters in an address. A host name has at most 253. */
const MAX_ADDRESS_CHARACTERS = 300;

/** The key of a server; `none`: the server keeps no keys. */
export type ServerKey = IdentityKey | 'none';

/** A server, and its key. */
export interface ListedServer {
  /** `host:port`. */
  readonly server: string;
  readonly key: ServerKey;
}

/** What is known about a server. `damaged`: a key may have been known, so the client sends nothing. */
export interface KnownServer {
  readonly key: Known<ServerKey>;
  /** Why the file could not be read. */
  readonly reason: string | undefined;
}

const FORMAT: LogFormat<ServerKey> = {
  field: 'server',
  parseSubject: (value) =>
    typeof value === 'string' && value !== '' && value.length <= MAX_ADDRESS_CHARACTERS ? value : undefined,
  encode: (key) => ({ key: key === 'none' ? null : key }),
  parse({ key }) {
    if (key === null) return 'none';
    return typeof key === 'string' ? parseKey(key) : undefined;
  },
  maxSubjects: MAX_SERVERS,
  maxBytes: MAX_SERVERS_BYTES,
};

export class Servers {
  readonly #log: SubjectLog<ServerKey>;

  /** @param root The data directory of the client; `undefined` when the user has no home. */
  constructor(root: string | undefined, files?: Files) {
    this.#log = new SubjectLog(FORMAT, new PrivateDirectory({ root, files }), 'servers.jsonl');
  }

  /** Reads the file again if it has changed. If the file cannot be read, the server is `damaged`. */
  async find(address: ServerAddress): Promise<KnownServer> {
    const view = await this.#log.read();
    return { key: view.find(serverAddress(address)), reason: view.reason };
  }

  /** Lists the known servers. `isDamaged`: the file cannot be read, or has a damaged line. */
  async list(): Promise<{ readonly known: readonly ListedServer[]; readonly isDamaged: boolean }> {
    const view = await this.#log.read();
    const known = view.subjects.flatMap((server) => {
      const key = view.find(server);
      return key === undefined || key === 'damaged' ? [] : [{ server, key }];
    });
    return { known, isDamaged: view.isDamaged };
  }

  /**
   * Stores the key of a server, durably. A key may replace `none`. Any other change fails until the user
   * forgets the server.
   */
  add(address: ServerAddress, key: ServerKey): Promise<Failed | undefined> {
    return this.#log.change(serverAddress(address), (known) => {
      if (known === key) return undefined;
      return known === undefined || known === 'none' ? key : { reason: 'another key is known' };
    });
  }

  /** Forgets a server, durably. */
  forget(address: ServerAddress): Promise<Failed | undefined> {
    return this.#log.change(serverAddress(address), (known) =>
      known === undefined ? undefined : 'forgotten',
    );
  }
}
