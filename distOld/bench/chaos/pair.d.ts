/**
 * Two users who call each other in turn, chat for a few lines, leave, and begin again. What either writes is
 * numbered, so that the other can tell what was lost, came twice or out of order.
 */
import type { UserId } from '../../protocol/id.js';
import { User, type UserOptions } from './user.js';
type PairOptions = Pick<UserOptions, 'serverPort' | 'random' | 'tally' | 'log'> & {
    readonly ids: readonly [UserId, UserId];
    readonly callPorts: readonly [number, number];
};
export declare class Pair {
    #private;
    readonly name: string;
    readonly users: readonly [User, User];
    /** When a line last got through, in milliseconds since the process began. */
    lastProgressMs: number;
    /** How many lines got through. */
    lines: number;
    constructor({ ids, callPorts, tally, random, ...shared }: PairOptions);
    /** To be called when an actor of either user is crashed: from then on a line may be lost. */
    disturbed(): void;
    /** Takes note of how long no line has got through. */
    measureSilence(): number;
}
export {};
