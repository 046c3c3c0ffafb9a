/**
 * A chat between two real clients: how long a line takes, and whether 50,000 at once arrive.
 */
import type { Report } from '../report.js';
export declare function benchChat(report: Report): Promise<void>;
