/**
 * A user at a real client, of whom only the keyboard and the screen are ours: reads what the screen asks, and
 * types an answer.
 */
import type { Log } from '../../actors/log.js';
import type { RunningTree } from '../../actors/supervision/run.js';
import type { UserId } from '../../protocol/id.js';
import { Work } from './pause.js';
import type { Random } from './random.js';
import { Registry } from './registry.js';
import type { Tally } from './tally.js';
/** Somebody who is added and deleted at the client's menu; whether that worked nobody minds. */
export declare const DECOY: UserId;
export interface UserOptions {
    readonly id: UserId;
    readonly buddy: UserId;
    readonly serverPort: number;
    readonly callPort: number;
    readonly random: Random;
    readonly tally: Tally;
    readonly log: Log;
    /** Told of each number that the buddy wrote, as it shows on the screen. */
    readonly onNumber: (number: number) => void;
    readonly onChatOpened: () => void;
    /** A call was accepted, or refused: the callers take turns. */
    readonly onCallOver: (accepted: boolean) => void;
    /** True when it is this user who should call. */
    readonly isCaller: () => boolean;
}
export declare class User {
    #private;
    readonly id: UserId;
    readonly registry: Registry;
    /** Says when the user typed something. */
    readonly work: Work;
    readonly tree: RunningTree;
    constructor(options: UserOptions);
    /** Takes the hands off the keyboard. */
    rest(): void;
}
