/**
 * What a run counted, as people read it.
 */
import { type Tally } from './tally.js';
/** One line while it runs. */
export declare function progressLine(tally: Tally, seconds: number): string;
/** The table at the end. */
export declare function table(tally: Tally): string;
