/**
 * Users and buddy lists in memory, with the rules by which a change is answered.
 *
 * Users are numbers inside, from 0 on, in the order of their registration.
 */
import type { UserId } from '../protocol/id.js';
import type { ReplyCode } from '../protocol/reply.js';
import type { Change } from '../protocol/request.js';
import { type ListPlace } from './buddy-lists.js';
import { type IdBatch } from './id-table.js';
import { type Users } from './store.js';
/** A change that altered the table, and so must be remembered. */
export type EffectiveChange = {
    readonly op: 'REG';
    readonly id: UserId;
} | {
    readonly op: 'ADD' | 'DEL';
    readonly id: UserId;
    readonly buddy: UserId;
};
/** The answer to a change; `effect`, and where on the list it was, are there where the table was altered. */
export interface Applied {
    readonly reply: ReplyCode;
    readonly effect?: EffectiveChange;
    readonly position?: number;
}
/** A table as it was at one moment, while the table itself goes on. */
export interface FrozenUsers {
    /** How many users there were. */
    readonly size: number;
    /** A user's list, as {@link UserTable.read} takes it. Each user may be asked for once, in ascending order. */
    take(user: number): ListPlace;
    /** The table need not remember any longer. */
    release(): void;
}
export declare class UserTable implements Users {
    #private;
    get size(): number;
    /** How many buddies there are on all lists. */
    countEntries(): number;
    /** Nothing that was applied until now will be undone. */
    settle(): void;
    numberOf(id: UserId): number;
    listOf(user: number): Uint32Array;
    buddiesOf(id: UserId): readonly UserId[] | undefined;
    /** Decides one change, in the order of checks that PROTOCOL.md gives, and applies it. */
    apply(change: Change): Applied;
    /** Takes back what {@link apply} did. Several must be taken back in reverse order. */
    undo({ effect, position }: Applied): void;
    /** Holds on to the table as it is now. One at a time. */
    freeze(): FrozenUsers;
    /** Finds several users whose ids are written in bytes. */
    findAll(bytes: Uint8Array, batch: IdBatch): void;
    /**
     * Adds a user whose id is written in bytes.
     *
     * @returns False when there is one already, or no room for another.
     */
    register(bytes: Uint8Array, start: number, end: number): boolean;
    /** Gives a user who has no buddies the first `length` of these, which are all different and others. */
    setList(user: number, buddies: ArrayLike<number>, length: number): void;
    copyId(target: Buffer, at: number, user: number): number;
    /** The user at a place of a list. */
    read(place: number): number;
}
