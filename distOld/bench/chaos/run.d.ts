/**
 * One run: starts a world, crashes its actors while it is busy, and looks at what is left.
 */
import { Tally } from './tally.js';
export interface ChaosOptions {
    readonly seconds: number;
    readonly seed: number;
    /** Ends the run early. */
    readonly stop: AbortSignal;
    /** Told of the time and the counts so far, every few seconds. */
    readonly onProgress: (tally: Tally, seconds: number) => void;
}
/** Runs chaos in a directory of its own. Whatever is found wrong is in the tally. */
export declare function runChaos(options: ChaosOptions): Promise<Tally>;
