/**
 * A naive model of the rules in part 1.1 of the protocol, for comparison with stores.
 */

import type { UserId } from '../../protocol/id.js';
import type { ReplyCode } from '../../protocol/reply.js';
import type { Change } from '../../protocol/request.js';
import type { Store } from '../../storage/store.js';
import { KNOWN_IDS } from './changes.js';

/** Users and their buddies. */
export type Model = Map<UserId, UserId[]>;

/** Some ids and their lists; two states are compared by these. */
export type State = readonly (readonly [UserId, readonly UserId[] | undefined])[];

/** Applies one change, and returns its reply. Has no limits. */
export function decide(model: Model, change: Change): ReplyCode {
  const list = model.get(change.id);
  if (change.op === 'REG') {
    if (list !== undefined) return 203;
    model.set(change.id, []);
    return 200;
  }
  const { op, id, buddy } = change;
  if (list === undefined) return 202;
  if (buddy === undefined) return 201;
  if (!model.has(buddy)) return 202;
  if (buddy === id) return 201;
  const at = list.indexOf(buddy);
  if (op === 'ADD' && at !== -1) return 201;
  if (op === 'ADD') list.push(buddy);
  else if (at !== -1) list.splice(at, 1);
  return 200;
}

/** An empty model after some changes. */
export function modelAfter(changes: readonly Change[]): Model {
  const model: Model = new Map();
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
