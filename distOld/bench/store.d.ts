/**
 * What the text store costs: `npm run bench`.
 *
 * How long a million users take to load and how much memory each of them is; how many changes become durable in a
 * second, with more and fewer clients waiting, beside a bare write and sync on the same disk; and how long the event
 * loop stands still while a snapshot is made. In a directory of its own under the system's directory for temporary
 * files, or under TMPDIR.
 */
import type { Report } from './report.js';
export declare function benchStore(report: Report): Promise<void>;
