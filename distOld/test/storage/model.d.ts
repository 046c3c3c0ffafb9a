/**
 * The rules of part 1.1 of the protocol, as naive as they read, for stores to be compared with.
 */
import type { UserId } from '../../protocol/id.js';
import type { ReplyCode } from '../../protocol/reply.js';
import type { Change } from '../../protocol/request.js';
import type { Store } from '../../storage/store.js';
/** Users and their buddies. */
export type Model = Map<UserId, UserId[]>;
/** Who is asked for when two states are compared, with the answers. */
export type State = readonly (readonly [UserId, readonly UserId[] | undefined])[];
/** Answers one change, and makes it. Knows no limits. */
export declare function decide(model: Model, change: Change): ReplyCode;
/** The model after some changes, from nothing. */
export declare function modelAfter(changes: readonly Change[]): Model;
/** What a model holds for some ids. The lists are copies. */
export declare function stateOfModel(model: Model, ids?: readonly UserId[]): State;
/** What a store holds for some ids. */
export declare function stateOf(store: Store, ids?: readonly UserId[]): Promise<State>;
