/**
 * Who crashes what, and how often: random actors of every kind, half of them right after a request was sent,
 * and never more often than their supervisor must bear.
 */
import { type RestartLimits } from '../../actors/supervision/restart-budget.js';
import { type Work } from './pause.js';
import type { Bag, Random } from './random.js';
import { type Registry } from './registry.js';
import { type Tally } from './tally.js';
/** A place in a tree where actors are crashed: the children of one supervisor. */
export interface Site {
    readonly registry: Registry;
    /** The kinds of children, shared by sites that are alike. */
    readonly kinds: Bag<string>;
    /** Of the supervisor, or how often to crash one of its children where it need not restart them. */
    readonly pace: RestartLimits | {
        readonly everyMs: number;
    };
    /** Where those who use these actors say that they asked for something. */
    readonly work: Work;
    readonly onCrash?: () => void;
}
/** Crashes children of one supervisor until `stop` says that it is enough. */
export declare function sabotage(site: Site, random: Random, tally: Tally, stop: AbortSignal): Promise<void>;
