/**
 * The counts of a run with several servers that `Tally` does not have.
 */

export class ClusterTally {
  /** Number of faults, by name. */
  readonly faults = new Map<string, number>();
  failovers = 0;
  /** Failovers during which a commit was in doubt. */
  failoversInDoubt = 0;
  /** Commits that were sent, but whose answers were lost. */
  doubts = 0;
  /** Of these commits, how many were found in the log later, and how many were not. */
  doubtsMade = 0;
  doubtsUndone = 0;
  /** Servers that ended because the database was not the one that they knew. */
  diverged = 0;
  /** Starts of a server while there was no primary. */
  startsRefused = 0;
  /** Number of ids that racers registered. */
  races = 0;
  /** Announcements at one server that were seen at another. */
  announcementsSeen = 0;
  /** The longest time without an acknowledged change, in milliseconds. */
  longestOutageMs = 0;
}
