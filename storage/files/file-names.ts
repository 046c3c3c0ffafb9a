/**
 * The names of the files in a data directory. The numbers make names unique; they do not imply an order.
 */

/** The manifest: lists the other files of the database. */
export const MANIFEST_FILE = 'manifest.txt';

/** The file with the server's own identity. */
export const IDENTITY_FILE = 'identity.txt';

/** The file that locks a directory; its text names the process that holds the lock. */
export const LOCK_FILE = 'lock.txt';

/** A file that is written to find out whether the directory can be written. It exists only for a moment. */
export const PROBE_FILE = 'write-probe.new';

/** The only file of a database from the time before manifests. */
export const EARLIEST_JOURNAL = 'journal.txt';

const NUMBERED_FILE = /^(?:snapshot|journal)-([1-9][0-9]{0,14})\.txt$/;

export function journalName(number: number): string {
  return `journal-${number}.txt`;
}

export function snapshotName(number: number): string {
  return `snapshot-${number}.txt`;
}

/** The number in the name of a snapshot or a journal; `undefined` for any other name. */
export function fileNumberOf(name: string): number | undefined {
  const [, number] = NUMBERED_FILE.exec(name) ?? [];
  return number === undefined ? undefined : Number(number);
}

/** One more than the highest number in these names. */
export function nextFileNumber(names: readonly string[]): number {
  return 1 + Math.max(0, ...names.map((name) => fileNumberOf(name) ?? 0));
}

/** True for the name of a snapshot or a journal, including {@link EARLIEST_JOURNAL}. */
export function isDataFile(name: string): boolean {
  return name === EARLIEST_JOURNAL || fileNumberOf(name) !== undefined;
}

/** True for the name of a snapshot. Expects the name of a snapshot or a journal. */
export function isSnapshot(name: string): boolean {
  return name.startsWith('snapshot-');
}

/** The temporary name of a file that is renamed to `name` once it is complete. */
export function newName(name: string): string {
  return `${name}.new`;
}

/**
 * The name under which an unusable file, or an unusable part of a file, is kept.
 *
 * @param mark Distinguishes several kept files that had the same original name.
 */
export function brokenName(name: string, mark?: number): string {
  return mark === undefined ? `${name}.broken` : `${name}.${mark}.broken`;
}
