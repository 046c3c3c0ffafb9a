/**
 * A naive model of the rules in part 1.1 of the protocol and of the operator's changes, for comparison with
 * stores.
 */

import type { Device } from '../../protocol/device.js';
import type { UserId } from '../../protocol/id.js';
import type { Ban, Store, StoreChange, Users, Verdict } from '../../storage/store.js';
import { KNOWN_IDS } from './changes.js';

/** Users and their buddies; the keys of users; reserved ids, with a time; and bans by kind and name. */
export class Model extends Map<UserId, UserId[]> {
  readonly devices = new Map<UserId, Device>();
  readonly reserved = new Map<UserId, number>();
  readonly bans = new Map<string, Ban>();
}

/** Some ids and their lists. Tests compare the states of a store and a model by these. */
export type State = readonly (readonly [UserId, readonly UserId[] | undefined])[];

/** Applies one change, and returns its verdict. Unlike a store, the model has no limits. */
export function decide(model: Model, change: StoreChange): Verdict {
  const { devices, reserved, bans } = model;
  if (change.op === 'BAN' || change.op === 'UNBAN') {
    const { kind, name } = change.op === 'BAN' ? change.ban : change.target;
    const isKnown = bans.has(`${kind} ${name}`);
    if (change.op === 'BAN') bans.set(`${kind} ${name}`, change.ban);
    else bans.delete(`${kind} ${name}`);
    return change.op === 'UNBAN' && !isKnown ? 202 : 200;
  }
  const { id } = change;
  const list = model.get(id);
  switch (change.op) {
    case 'REG':
      if (list !== undefined || reserved.has(id)) return 203;
      model.set(id, []);
      if (change.device !== undefined) devices.set(id, change.device);
      return 200;
    case 'RESERVE':
      if (list !== undefined || reserved.has(id)) return 203;
      reserved.set(id, change.atMs);
      return 200;
    case 'FREE':
      if (list !== undefined) return 203;
      return reserved.delete(id) ? 200 : 202;
  }
  if (list === undefined) return 202;
  switch (change.op) {
    case 'KEY':
      if (change.key === undefined) devices.delete(id);
      else devices.set(id, { identity: change.key, serial: 0, floor: 0 });
      return 200;
    case 'REMOVE':
      model.delete(id);
      devices.delete(id);
      reserved.set(id, change.atMs);
      for (const other of model.values()) if (other.includes(id)) other.splice(other.indexOf(id), 1);
      return 200;
    default:
      return decideFor(model, change, list);
  }
}

type UserChange = Extract<StoreChange, { readonly op: 'ADD' | 'DEL' | 'LOG' | 'REM' }>;

/** Decides a change that a client requests for a registered user. The client may have a device. */
function decideFor(model: Model, change: UserChange, list: UserId[]): Verdict {
  const { id, device } = change;
  const bound = model.devices.get(id);
  if (bound === undefined && (change.op === 'LOG' || change.op === 'REM')) return 204;
  if (bound !== undefined && device?.identity !== bound.identity) return 204;
  if (bound !== undefined && device !== undefined && device.serial < bound.floor) return 'revoked';
  if (change.op === 'REM') return decide(model, { op: 'REMOVE', id, atMs: change.atMs });
  if (change.op === 'LOG') {
    const [serial, floor] = (['serial', 'floor'] as const).map((each) =>
      Math.max(change.device[each], bound?.[each] ?? 0),
    ) as [number, number];
    model.devices.set(id, { identity: change.device.identity, serial, floor });
    return 200;
  }
  const { op, buddy } = change;
  if (buddy === undefined) return 201;
  if (!model.has(buddy)) return 202;
  if (buddy === id) return 201;
  const at = list.indexOf(buddy);
  if (op === 'ADD' && at !== -1) return 201;
  if (op === 'ADD') list.push(buddy);
  else if (at !== -1) list.splice(at, 1);
  return 200;
}

/** An empty model to which these changes were applied. */
export function modelAfter(changes: readonly StoreChange[]): Model {
  const model = new Model();
  for (const change of changes) decide(model, change);
  return model;
}

/** The lists of some ids in a model, as copies. */
export function stateOfModel(model: Model, ids: readonly UserId[] = KNOWN_IDS): State {
  return ids.map((id) => [id, model.get(id)?.slice()]);
}

/** The lists of some ids in a store. */
export async function stateOf(store: Store, ids: readonly UserId[] = KNOWN_IDS): Promise<State> {
  return Promise.all(ids.map(async (id) => [id, store.users.buddiesOf(id)] as const));
}

/** Everything that a store or a model has, apart from the numbers of users. */
export interface WholeState {
  readonly lists: State;
  readonly devices: readonly (readonly [UserId, Device | undefined])[];
  readonly reserved: readonly (readonly [UserId, number])[];
  readonly reservedCount: number;
  readonly bans: readonly Ban[];
}

const byText = (one: readonly [string, unknown], other: readonly [string, unknown]) =>
  one[0] < other[0] ? -1 : 1;

export function wholeStateOf(users: Users): WholeState {
  const deviceOf = (id: UserId) => {
    const user = users.numberOf(id);
    return user === -1 ? undefined : users.deviceOf(user);
  };
  return {
    lists: KNOWN_IDS.map((id) => [id, users.buddiesOf(id)]),
    devices: KNOWN_IDS.map((id) => [id, deviceOf(id)]),
    reserved: users
      .reservations()
      .map(({ id, atMs }) => [id, atMs] as const)
      .sort(byText),
    reservedCount: users.countReservations(),
    bans: users.bans(),
  };
}

export function wholeStateOfModel(model: Model): WholeState {
  return {
    lists: stateOfModel(model),
    devices: KNOWN_IDS.map((id) => [id, model.devices.get(id)]),
    reserved: [...model.reserved].sort(byText),
    reservedCount: model.reserved.size,
    bans: [...model.bans].sort(byText).map(([, ban]) => ban),
  };
}
