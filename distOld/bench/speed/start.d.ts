/**
 * How long the programs take to be of use: the server with an empty store, the client until it asks for something.
 */
import type { Report } from '../report.js';
export declare function benchStart(report: Report): Promise<void>;
