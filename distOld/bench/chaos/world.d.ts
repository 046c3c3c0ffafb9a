/**
 * A server over a journal on the disk, and everybody who uses it.
 */
import { type RunningServer } from '../../actors/server/tree.js';
import { Ledger } from './ledger.js';
import { Pair } from './pair.js';
import { Work } from './pause.js';
import type { Random } from './random.js';
import { Registry } from './registry.js';
import type { Tally } from './tally.js';
import { Worker } from './worker.js';
export interface World {
    readonly port: number;
    readonly server: RunningServer;
    readonly registry: Registry;
    /** Where the workers say that they asked for something. */
    readonly work: Work;
    readonly workers: readonly Worker[];
    readonly pairs: readonly Pair[];
    /** What must be true of everybody. */
    readonly ledgers: readonly Ledger[];
}
/** Starts a server and the clients of those who chat; the workers are there, and do not work yet. */
export declare function startWorld(directory: string, random: Random, tally: Tally): Promise<World>;
