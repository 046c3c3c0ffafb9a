/**
 * The operator's commands that only show something: the server as a whole, lists, and one id or address.
 */

import type { OnlineUser } from '../../machines/server/presence-table.js';
import { hostPort } from '../../protocol/address.js';
import type { UserId } from '../../protocol/id.js';
import { type IdPattern, matchesId } from '../../protocol/id-pattern.js';
import type { IdentityKey } from '../../protocol/key.js';
import { STATUS_WORDS } from '../../protocol/status.js';
import type { Ban, Users } from '../../storage/store.js';
import { AdminError } from './admin-error.js';
import type { AdminFields } from './admin-protocol.js';
import type { AdminQuestions } from './admin-questions.js';
import type { SocketBound } from './listener.js';
import type { ServerLimits } from './server-limits.js';
import type { StoreExamined } from './store-events.js';
import { keyFactsOf } from './user-facts.js';

/** How many users one question covers. The answer then occupies an actor for at most a few milliseconds. */
const USERS_PER_STEP = 8_192;

/** The maximum number of ids that the answer about an address lists. */
const MAX_NAMED = 100;

/** What the server's tree knows. */
export interface AdminFacts {
  /** The sockets, by protocol. */
  readonly bound: ReadonlyMap<string, Pick<SocketBound, 'host' | 'port'>>;
  /** How often each actor was restarted, by its name. */
  readonly restarts: ReadonlyMap<string, number>;
  /** How often each limit refused something. */
  readonly refusals: ReadonlyMap<string, number>;
  readonly limits: ServerLimits;
  /** The key of the server. */
  readonly serverKey: () => IdentityKey;
  /** The wall clock, in milliseconds since 1970. */
  readonly wallClock: () => number;
}

export interface AdminContext {
  readonly questions: AdminQuestions;
  readonly operator: { describe(): AdminFields };
  readonly facts: AdminFacts;
  /** Writes a row of a list. Resolves when there is room for the next row. */
  readonly write: (row: AdminFields) => Promise<void>;
  /** Monotonic time in milliseconds. */
  readonly now: () => number;
}

export async function showStatus({ questions, operator, facts }: AdminContext): Promise<AdminFields> {
  const [store, online, sessions, connections] = await Promise.all([
    orUndefined(questions.examineStore(storeFields)),
    orUndefined(questions.countOnline()),
    orUndefined(questions.countSessions()),
    orUndefined(questions.countConnections()),
  ]);
  const uptimeS = Math.floor(process.uptime());
  const { version, ...others } = operator.describe();
  const { bound, restarts, refusals } = facts;
  return {
    version,
    pid: process.pid,
    startedAt: isoTime(facts.wallClock() - uptimeS * 1_000),
    uptimeS,
    ...Object.fromEntries([...bound].map(([protocol, { host, port }]) => [protocol, hostPort(host, port)])),
    ...(store ?? { store: 'no answer' }),
    online: online ?? null,
    connections: connections ?? null,
    sessions: sessions ?? null,
    restarts: Object.fromEntries(restarts),
    refusals: Object.fromEntries(refusals),
    ...others,
  };
}

function storeFields({ users, lastChange, waiting, outages }: StoreExamined): AdminFields {
  return {
    store: stateOfStore(outages),
    users: users.countUsers(),
    keyed: users.countKeys(),
    reserved: users.countReservations(),
    bans: users.countBans(),
    lastChange,
    waitingChanges: waiting,
  };
}

function stateOfStore(outages: StoreExamined['outages']): string {
  if (outages.includes('write')) return 'not writable';
  return outages.length === 0 ? 'ok' : 'not current';
}

/** Returns `undefined` if a question fails, so that `status` still shows the other answers. */
async function orUndefined<T>(answer: Promise<T>): Promise<T | undefined> {
  try {
    return await answer;
  } catch (error) {
    if (error instanceof AdminError) return undefined;
    throw error;
  }
}

/** The users who are online, a few at a time. */
async function* onlineUsers(questions: AdminQuestions): AsyncGenerator<readonly OnlineUser[]> {
  for (let first = 0, end = 1; first < end; first += USERS_PER_STEP) {
    const { online, size } = await questions.listOnline(first, first + USERS_PER_STEP);
    end = size;
    yield online;
  }
}

/** Writes a row for each user who is online. */
export async function listOnline(context: AdminContext): Promise<AdminFields> {
  let online = 0;
  for await (const some of onlineUsers(context.questions)) {
    if (some.length === 0) continue;
    const rows = await context.questions.examineStore(({ users }) =>
      some.flatMap((one) => {
        const { id, removedAtMs } = users.recordOf(one.user);
        if (id === undefined || removedAtMs !== undefined) return [];
        return [{ id, ...presenceFields(one, context), keyed: users.isKeyed(one.user) }];
      }),
    );
    for (const row of rows) await context.write(row);
    online += rows.length;
  }
  return { online };
}

function presenceFields({ status, address, port, heardMs }: OnlineUser, context: AdminContext): AdminFields {
  return { status: STATUS_WORDS[status], address, port, seen: seenAt(heardMs, context) };
}

/** Converts a monotonic time to a wall-clock time. */
function seenAt(heardMs: number, { facts, now }: AdminContext): string {
  return isoTime(facts.wallClock() - (now() - heardMs));
}

/** Writes a row for each user and for each reserved id, in the order of registration. */
export async function listUsers(context: AdminContext, pattern?: IdPattern): Promise<AdminFields> {
  const { questions, facts, write } = context;
  let count = 0;
  for (let first = 0, end = 1; first < end; first += USERS_PER_STEP) {
    const step = await questions.examineStore(({ users }) => {
      end = users.committed;
      return usersFrom(users, first, Math.min(first + USERS_PER_STEP, end), pattern);
    });
    if (step.length === 0) continue;
    const { online } = await questions.listOnline(first, first + USERS_PER_STEP);
    const statuses = new Map(online.map(({ user, status }) => [user, STATUS_WORDS[status]]));
    for (const { user, id, reservedMs, ...fields } of step) {
      const reservation = reservedMs === undefined ? undefined : reservationFields(reservedMs, facts);
      if (reservation?.reserved === false) continue;
      const status = statuses.get(user) ?? STATUS_WORDS[101];
      await write({ id, ...(reservation ?? { ...fields, status, reserved: false }) });
      count += 1;
    }
  }
  return { count };
}

interface ListedUser {
  readonly user: number;
  readonly id: UserId;
  readonly reservedMs: number | undefined;
  readonly keyed: boolean;
  readonly buddies: number;
}

function usersFrom(users: Users, first: number, end: number, pattern?: IdPattern): readonly ListedUser[] {
  const listed: ListedUser[] = [];
  for (let user = first; user < end; user++) {
    const { id, removedAtMs: reservedMs, device, buddies } = users.recordOf(user);
    if (id === undefined || (pattern !== undefined && !matchesId(pattern, id))) continue;
    listed.push({ user, id, reservedMs, keyed: device !== undefined, buddies: buddies.length });
  }
  return listed;
}

/** Shows everything about an id. If it is not registered, shows whether something prevents a registration. */
export async function showId(context: AdminContext, id: UserId): Promise<AdminFields> {
  const { questions, facts } = context;
  const stored = await questions.examineStore(({ users }) => ({
    user: users.numberOf(id),
    places: users.countUsers() + users.countReservations(),
    buddies: users.buddiesOf(id) ?? [],
    key: keyFactsOf(users, id),
    reservedMs: users.reservedSince(id),
    ban: users.banOfId(id, facts.wallClock()),
  }));
  const { user, key, reservedMs, ban } = stored;
  const banned = ban && banFields(ban, facts.wallClock());
  if (user === -1 || typeof key === 'string') {
    const { maxUsers } = facts.limits;
    const reservation = reservedMs === undefined ? undefined : reservationFields(reservedMs, facts);
    const reasons = [
      ...(reservation?.reserved ? ['reserved'] : []),
      ...(ban === undefined ? [] : ['banned']),
      // A reserved id already has a place.
      ...(stored.places < maxUsers || reservedMs !== undefined ? [] : ['full']),
    ];
    return {
      ...{ id, registered: false, mayRegister: reasons.length === 0, reasons },
      ...(reservation?.reserved && reservation),
      ...(banned && { ban: banned }),
      ...(reasons.includes('full') && { maxUsers }),
    };
  }
  const { online } = await questions.listOnline(user, user + 1);
  const sessions = await questions.listSessions(id);
  const [presence] = online;
  return {
    ...{ registered: true, number: user },
    ...key,
    ...(presence === undefined ? { status: STATUS_WORDS[101] } : presenceFields(presence, context)),
    sessions: sessions.map(({ heardMs, ...session }) => ({ ...session, seen: seenAt(heardMs, context) })),
    ...(banned && { ban: banned }),
    buddies: stored.buddies,
  };
}

/** Shows who is online from an address, and whether a client at this address may register. */
export async function showAddress(context: AdminContext, address: string): Promise<AdminFields> {
  const { questions, facts, now } = context;
  const users: number[] = [];
  for await (const online of onlineUsers(questions)) {
    for (const one of online) if (one.address === address) users.push(one.user);
  }
  const { ids, places, ban } = await questions.examineStore(({ users: known }) => ({
    ids: users.slice(0, MAX_NAMED).flatMap((user) => known.recordOf(user).id ?? []),
    places: known.countUsers() + known.countReservations(),
    ban: known.banOfAddress(address, facts.wallClock()),
  }));
  const { maxUsers, registrations } = facts.limits;
  const reasons = [
    ...(ban === undefined ? [] : ['banned']),
    ...(registrations.allows(address, 1, now()) ? [] : ['limited']),
    ...(places < maxUsers ? [] : ['full']),
  ];
  return {
    ...{ address, mayRegister: reasons.length === 0, reasons },
    ...(ban && { ban: banFields(ban, facts.wallClock()) }),
    ...(reasons.includes('full') && { maxUsers }),
    ...{ online: users.length, ids },
  };
}

/** Writes a row for each ban, even if the ban has ended. */
export async function listBans({ questions, facts, write }: AdminContext): Promise<AdminFields> {
  const bans = await questions.examineStore(({ users }) => users.bans());
  for (const ban of bans) await write(banFields(ban, facts.wallClock()));
  return { count: bans.length };
}

export function banFields({ kind, name, untilMs }: Ban, wallMs: number): AdminFields {
  return {
    kind,
    target: name,
    until: untilMs === undefined ? null : isoTime(untilMs),
    inForce: untilMs === undefined || wallMs < untilMs,
  };
}

/** The reservation of an id. After `reservedUntil`, the next REG of the id frees it. */
export function reservationFields(sinceMs: number, { limits, wallClock }: AdminFacts) {
  const untilMs = sinceMs + limits.reserveMs;
  return {
    reserved: wallClock() < untilMs,
    reservedAt: isoTime(sinceMs),
    reservedUntil: isoTime(untilMs),
  };
}

function isoTime(wallMs: number): string {
  // biome-ignore lint/style/noRestrictedGlobals: this only formats a time.
  return new Date(wallMs).toISOString();
}
