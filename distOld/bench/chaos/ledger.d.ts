/**
 * What must be true of one user's world, by what the server answered: who is registered, and who is on the
 * user's buddy list, in which order.
 *
 * Only one change is under way at a time, and one that stayed without an answer is asked for again until there
 * is one. So at any time at most one change is in doubt: either it was made, or it was not.
 */
import type { UserId } from '../../protocol/id.js';
/** A change of the owner's list, or the registration of somebody. */
export interface Entry {
    readonly op: 'REG' | 'ADD' | 'DEL';
    /** Whose list; with REG, who. */
    readonly id: UserId;
    readonly buddy?: UserId;
}
/** Something that was acknowledged, and is not so. */
export interface Difference {
    readonly fault: 'loss' | 'disorder';
    readonly what: string;
}
export declare class Ledger {
    #private;
    readonly owner: UserId;
    /** @param passedOver Somebody whose place on the list nobody minds. */
    constructor(owner: UserId, passedOver?: UserId);
    /** Who is registered for certain. */
    get registered(): ReadonlySet<UserId>;
    /** Who is on the list, when the change in doubt was not made. */
    get list(): readonly UserId[];
    /** The change that was asked for and not answered. */
    get doubt(): Entry | undefined;
    /** To be called before a change is asked for, again or for the first time. */
    begin(entry: Entry): void;
    /**
     * Takes the server's answer to the change under way: a reply that says whether it was made. Any other reply, and
     * none, leave it in doubt.
     *
     * @returns What is wrong with the answer, if anything.
     */
    settle(code: 200 | 201 | 202 | 203): string | undefined;
    /** What is wrong with the owner's list as somebody else tells it, if anything: who is missing, who is too many. */
    differences(told: readonly UserId[] | undefined): Difference[];
}
/** The request's line without its end. */
export declare function textOf({ op, id, buddy }: Entry): string;
