/**
 * Loads a whole directory, as it was at one moment.
 */

import type { Device } from '../../protocol/device.js';
import { isStoredId, parseBan, parseCount, parseDevice } from '../format/fields.js';
import { MAX_BUDDIES } from '../store.js';
import { UserTable } from '../tables/user-table.js';
import { type Connection, GROUP_TIMEOUT_MS } from './connection.js';
import type { Head, LogRow } from './log.js';
import { corrupt, Replica } from './replica.js';
import { checkFormat } from './schema.js';

/** How many rows are fetched at a time. */
const FETCH_ROWS = 10_000;

interface UserRow {
  readonly num: number;
  readonly id: string | null;
  readonly key: string | null;
  readonly serial: string | null;
  readonly floor: string | null;
  readonly removed: string | null;
  /** The numbers of the buddies, separated by commas. The library would parse an array much more slowly. */
  readonly buddies: string;
}

interface BanRow {
  readonly kind: string;
  readonly name: string;
  readonly until: string | null;
}

const USERS = `select num, id, key, serial, floor, removed, array_to_string(buddies, ',') as buddies
  from im_user order by num`;

/** Runs a query, which may take at most {@link GROUP_TIMEOUT_MS}. */
export type Ask = <TRow>(text: string) => Promise<readonly TRow[]>;

/** Does some work in a transaction that sees the directory as it is at one moment. */
export async function inSnapshot<TValue>(
  connection: Connection,
  work: (ask: Ask) => Promise<TValue>,
): Promise<TValue> {
  const ask = async <TRow>(text: string) =>
    (await connection.within(GROUP_TIMEOUT_MS, () => connection.query<TRow>(text))).rows;
  await ask('begin isolation level repeatable read read only');
  const value = await work(ask);
  await ask('commit');
  return value;
}

/**
 * Loads the directory, in a transaction of {@link inSnapshot}.
 *
 * @throws StoreError `store.corrupt`; `store.outdated` for another format.
 */
export async function load(ask: Ask): Promise<Replica> {
  const [head] = await ask<Head>('select format, cluster, seq::float8 as seq, users from im_head');
  if (head === undefined) throw corrupt('its head is missing');
  checkFormat(head.format);
  const [row] = await ask<LogRow>(
    `select server, grp::float8 as "group" from im_log where seq = ${head.seq}`,
  );
  if (row === undefined && head.seq > 0) throw corrupt(`its log does not have change ${head.seq}`);
  const table = new Loading(head.users);
  await ask(`declare im_users no scroll cursor for ${USERS}`);
  for (let more = true; more; ) {
    const rows = await ask<UserRow>(`fetch ${FETCH_ROWS} from im_users`);
    for (const user of rows) table.addUser(user);
    more = rows.length > 0;
  }
  for (const ban of await ask<BanRow>('select kind, name, until from im_ban')) table.addBan(ban);
  return new Replica(table.finish(), { cluster: head.cluster, seq: head.seq, row });
}

/** A table that is being loaded. Refuses rows that the store would not write. */
class Loading {
  readonly #table = new UserTable();
  readonly #users: number;
  /** For each buddy: the last loaded user whose list has this buddy, plus 1. */
  readonly #seenBy: Uint32Array;
  readonly #removed = new Set<number>();
  readonly #buddies = new Uint32Array(MAX_BUDDIES);

  constructor(users: number) {
    this.#users = users;
    this.#seenBy = new Uint32Array(users);
  }

  addUser({ num, id, key, serial, floor, removed, buddies }: UserRow): void {
    const table = this.#table;
    const isGood = num === table.size && num < this.#users && (id === null || isStoredId(id));
    if (!isGood) throw damagedUser(num);
    if (id === null) this.#addRemoved(num, table.addRemoved(undefined));
    else if (removed !== null) {
      const atMs = parseCount(removed);
      this.#addRemoved(num, atMs !== undefined && table.addRemoved({ id, atMs }));
    } else {
      const device = key === null ? undefined : parseDevice(key, serial ?? '', floor ?? '');
      if (key !== null && device === undefined) throw damagedUser(num);
      this.#addRegistered(num, id, device);
    }
    this.#addList(num, buddies);
  }

  addBan({ kind, name, until }: BanRow): void {
    const ban = parseBan(until === null ? [kind, name] : [kind, name, until]);
    if (ban === undefined || this.#table.apply({ op: 'BAN', ban }).effect === undefined) {
      throw corrupt(`its ban of ${kind} ${name} is not valid`);
    }
  }

  /** Makes the checks that need all users, and returns the table. */
  finish(): UserTable {
    if (this.#table.size !== this.#users) throw corrupt(`it lacks user number ${this.#table.size}`);
    for (const user of this.#removed) if (this.#seenBy[user] !== 0) throw damagedUser(user);
    this.#table.commit();
    return this.#table;
  }

  #addRegistered(num: number, id: string, device: Device | undefined): void {
    const bytes = Buffer.from(id, 'latin1');
    if (!this.#table.register(bytes, 0, bytes.length, device)) throw damagedUser(num);
  }

  #addRemoved(num: number, isAdded: boolean): void {
    if (!isAdded) throw damagedUser(num);
    this.#removed.add(num);
  }

  #addList(num: number, text: string): void {
    if (text === '') return;
    const buddies = text.split(',');
    if (buddies.length > MAX_BUDDIES || this.#removed.has(num)) throw damagedUser(num);
    for (const [index, buddyText] of buddies.entries()) {
      const buddy = Number(buddyText);
      const isGood = buddy >= 0 && buddy < this.#users && buddy !== num && this.#seenBy[buddy] !== num + 1;
      if (!isGood) throw damagedUser(num);
      this.#seenBy[buddy] = num + 1;
      this.#buddies[index] = buddy;
    }
    this.#table.setList(num, this.#buddies, buddies.length);
  }
}

function damagedUser(num: number) {
  return corrupt(`the row of user number ${num} is not valid`);
}
