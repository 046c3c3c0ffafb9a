/**
 * A server with a journal on disk, and the workers and users of that server.
 */

import { join } from 'node:path';
import { Directory } from '../../actors/client/directory.js';
import type { Log } from '../../actors/log.js';
import type { AdminOptions } from '../../actors/server/admin-tree.js';
import type { MonitorPages } from '../../actors/server/monitor.js';
import { type RunningServer, startServer } from '../../actors/server/server-tree.js';
import type { Inspection } from '../../inspector/server/start-inspection.js';
import type { UserId } from '../../protocol/id.js';
import { openTextStore } from '../../storage/text/text-store.js';
import type { Random } from '../helpers/random.js';
import { type Entry, Ledger, textOf } from './ledger.js';
import { Operator } from './operator.js';
import { Pair, type PairOptions } from './pair.js';
import { Work } from './pause.js';
import { Registry } from './registry.js';
import { SealedWire } from './sealed-wire.js';
import type { Tally } from './tally.js';
import { DECOY } from './user.js';
import { ClearWire, freePort, HOST, request } from './wire.js';
import { Worker } from './worker.js';

const WORKERS = 8;

const OPERATORS = 3;

/** How many of the workers have a key. */
const SEALED_WORKERS = 3;

const COUPLES = [
  ['ann', 'bob'],
  ['cat', 'dan'],
  ['eve', 'fred'],
] as unknown as readonly (readonly [UserId, UserId])[];

/** Two users with keys: their chats are private. */
const KEYED_COUPLE = ['gil', 'hal'] as unknown as readonly [UserId, UserId];

export interface World {
  readonly port: number;
  readonly server: RunningServer;
  readonly registry: Registry;
  /** Announces the workers' requests. */
  readonly work: Work;
  readonly workers: readonly Worker[];
  /** Announces the operators' commands. */
  readonly operatorWork: Work;
  readonly operators: readonly Operator[];
  readonly pairs: readonly Pair[];
  /** The ledgers of all workers and users. */
  readonly ledgers: readonly Ledger[];
}

/** Where a world keeps its files. */
interface Places {
  /** The database of the server. */
  readonly data: string;
  /** The administration socket. */
  readonly socket: string;
  /** A directory for each user with a key. */
  readonly keys: string;
}

/** What the server's program does for its operators. */
const PROGRAM: AdminOptions['operator'] = {
  describe: () => ({}),
  reload: async () => ({ changed: {}, waiting: [] }),
  stop: () => {},
};

const PAGES: MonitorPages = {
  metricsType: 'application/json',
  metrics: async (population) => JSON.stringify(population),
};

/** Starts a server and the clients of the pairs, and creates the workers. The workers do not run yet. */
export async function startWorld(
  { data, socket, keys }: Places,
  random: Random,
  tally: Tally,
  inspection?: Inspection,
): Promise<World> {
  const port = await freePort(random.fork('port'));
  const registry = new Registry('the server', tally);
  const log = faultLog(tally);
  const server = startServer({
    host: HOST,
    tcpPort: port,
    udpPort: port,
    openStore: () => openTextStore(data),
    admin: { path: socket, operator: PROGRAM },
    monitor: { host: HOST, port: 0, findProblem: async () => undefined, ...PAGES },
    log,
    onEmitted(event) {
      registry.onEmitted(event);
      inspection?.record(event);
    },
    inspect: registry.inspect,
  });
  inspection?.show(server);
  if (!(await server.ready)) throw (await server.ended).error;

  const ledgers: Ledger[] = [];
  const pairs: Pair[] = [];
  await request(port, `REG ${DECOY}`);
  for (const ids of COUPLES) {
    ledgers.push(...(await makeBuddies(port, ids)));
    const callPorts = [await freePort(random.fork(ids[0])), await freePort(random.fork(ids[1]))] as const;
    pairs.push(new Pair({ ids, callPorts, serverPort: port, random, tally, log }));
  }
  pairs.push(await keyedPair(keys, { serverPort: port, random, tally, log }));
  const work = new Work();
  const workers = Array.from({ length: WORKERS }, (_, index) => {
    const name = `worker${index}`;
    const wire =
      index < SEALED_WORKERS
        ? new SealedWire({ owner: name as UserId, pickPort: () => port, tally })
        : new ClearWire(port);
    return new Worker({ name, wire, random: random.fork(name), tally, work });
  });
  ledgers.push(...workers.map(({ ledger }) => ledger));
  const operatorWork = new Work();
  const monitorPort = server.bound.get('http')?.port as number;
  const operators = Array.from({ length: OPERATORS }, (_, index) => {
    const outcast = `outcast${index}` as UserId;
    return new Operator({ outcast, socket, port, monitorPort, tally, work: operatorWork });
  });
  return { port, server, registry, work, workers, operatorWork, operators, pairs, ledgers };
}

/** Registers two users with keys, adds them to each other's lists, and starts their clients. */
async function keyedPair(
  keys: string,
  options: Pick<PairOptions, 'serverPort' | 'random' | 'tally' | 'log'>,
): Promise<Pair> {
  const { serverPort, random } = options;
  const [one, other] = KEYED_COUPLE;
  const directories = KEYED_COUPLE.map((id) => {
    const server = { host: HOST, tcpPort: serverPort, udpPort: serverPort };
    return new Directory({ server, dataRoot: join(keys, id), keys: true });
  }) as [Directory, Directory];
  const change = async (directory: Directory, op: 'REG' | 'ADD', ...ids: readonly UserId[]) => {
    const { line, done } = await directory.request(op, ids, new AbortController().signal);
    if (!done) throw new Error(`${op} ${ids.join(' ')} was answered ${line}`);
  };
  await change(directories[0], 'REG', one);
  await change(directories[1], 'REG', other);
  await change(directories[0], 'ADD', one, other);
  await change(directories[1], 'ADD', other, one);
  for (const directory of directories) directory.close();
  const callPorts = [await freePort(random.fork(one)), await freePort(random.fork(other))] as const;
  const dataRoots = [join(keys, one), join(keys, other)] as const;
  return new Pair({ ...options, ids: KEYED_COUPLE, callPorts, dataRoots });
}

/** Registers two users and adds them to each other's lists. */
async function makeBuddies(port: number, [one, other]: readonly [UserId, UserId]): Promise<Ledger[]> {
  const ledgers = [new Ledger(one, DECOY), new Ledger(other, DECOY)] as const;
  async function change(ledger: Ledger, entry: Entry): Promise<void> {
    ledger.begin(entry);
    const code = await request(port, textOf(entry));
    if (code !== 200) throw new Error(`${textOf(entry)} was answered ${code}`);
    ledger.recordReply(code);
  }
  for (const ledger of ledgers) await change(ledger, { op: 'REG', id: ledger.owner });
  await change(ledgers[0], { op: 'ADD', id: one, buddy: other });
  await change(ledgers[1], { op: 'ADD', id: other, buddy: one });
  return [...ledgers];
}

/** A log that reports the store's errors as faults. The registries report crashes. */
function faultLog(tally: Tally): Log {
  const ignore = () => {};
  return {
    debug: ignore,
    info: ignore,
    warn: ignore,
    fatal: ignore,
    error: (_fields, message) => {
      if (message.startsWith('the store')) tally.blame('crash', message);
    },
    isLevelEnabled: () => false,
  };
}
