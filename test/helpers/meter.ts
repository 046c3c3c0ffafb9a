/**
 * A meter that keeps what the server recorded, as one line of text for each call.
 */

import { NO_METER, type ServerMeter } from '../../actors/server/server-meter.js';

export class TestMeter {
  readonly lines: string[] = [];
  /** The last value of each gauge. */
  readonly values = new Map<string, unknown>();
  connections = 0;
  readonly meter: ServerMeter = {
    ...NO_METER,
    recordConnection: (step) => {
      this.connections += step;
    },
    recordRequest: (kind, reply, ms) => {
      this.lines.push(`${kind} ${reply}${ms >= 0 ? '' : ' before it arrived'}`);
    },
    recordDatagram: (kind, isSealed, outcome) => {
      this.lines.push(`${isSealed ? 'sealed ' : ''}${kind} ${outcome}`);
    },
    recordRefusal: (limit) => {
      this.lines.push(`refused by ${limit}`);
    },
    recordCommit: (changes, isDone) => {
      this.lines.push(`commit of ${changes} ${isDone ? 'done' : 'failed'}`);
    },
    setUsers: (count) => this.values.set('users', count),
    setQueuedChanges: (count) => this.values.set('queue', count),
  };

  /** How often a line was recorded. */
  count(line: string): number {
    return this.lines.filter((each) => each === line).length;
  }
}
