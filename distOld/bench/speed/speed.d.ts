/**
 * How close the server is to the least that Node.js can do.
 */
import type { Report } from '../report.js';
export declare function benchSpeed(report: Report): Promise<void>;
