/**
 * The names of the files in a data directory. The numbers tell files apart, and say nothing of their order.
 */

/** The manifest: which of the other files are the database. */
export const MANIFEST_FILE = 'manifest.txt';

/** The file by which a directory is locked; it says by whom. */
export const LOCK_FILE = 'lock.txt';

/** The one file of a database from before there were manifests. */
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

/** A number that none of these names has. */
export function nextFileNumber(names: readonly string[]): number {
  return 1 + Math.max(0, ...names.map((name) => fileNumberOf(name) ?? 0));
}

/** True for the name of a snapshot or a journal, the earliest one included. */
export function isDataFile(name: string): boolean {
  return name === EARLIEST_JOURNAL || fileNumberOf(name) !== undefined;
}

/** True for the name of a snapshot, among those of snapshots and journals. */
export function isSnapshot(name: string): boolean {
  return name.startsWith('snapshot-');
}

/** The name of a file that is written in full before it takes another's name. */
export function newName(name: string): string {
  return `${name}.new`;
}

/**
 * The name under which a file, or a part of it, is kept that cannot be used.
 *
 * @param mark Tells it from others of the same file.
 */
export function brokenName(name: string, mark?: number): string {
  return mark === undefined ? `${name}.broken` : `${name}.${mark}.broken`;
}
