/**
 * What supervision costs: `npm run bench`.
 *
 * Two questions, each answered by alternating runs in one process, as CPU time, so that a busy machine does not
 * matter: is starting and stopping a dynamic child as cheap with 100,000 alive as with one, and what does
 * supervision add to the life of an actor as short-lived as a connection?
 */
import type { Report } from './report.js';
export declare function benchSupervision(report: Report): void;
