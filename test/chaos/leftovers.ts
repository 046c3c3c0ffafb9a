/**
 * Finds what a run leaks: handles that keep the process alive, and open files.
 */

import { readdir, readlink } from 'node:fs/promises';
import { until } from './pause.js';

/** Longest wait for handles to close after everything has ended, in milliseconds. */
const CLOSE_TIMEOUT_MS = 5_000;

/** Resources that exist only while this program waits or prints. They are not leaks. */
const PASSING = ['Immediate', 'TickObject', 'PipeWrap', 'TTYWrap'];

/** Resources that keep the process alive, by type. */
export type Resources = ReadonlyMap<string, number>;

/** The resources that keep the process alive now. */
export function resources(): Resources {
  const counts = new Map<string, number>();
  for (const type of process.getActiveResourcesInfo()) counts.set(type, (counts.get(type) ?? 0) + 1);
  return counts;
}

/** Waits for handles to close. @returns Descriptions of the leaks: what exists now, but not in `before`. */
export async function leftovers(before: Resources, directory: string): Promise<string[]> {
  const more = () =>
    [...resources()].filter(([type, count]) => {
      return !PASSING.includes(type) && count > (before.get(type) ?? 0);
    });
  await until(() => more().length === 0, CLOSE_TIMEOUT_MS);
  const handles = more().map(([type, count]) => `${count - (before.get(type) ?? 0)} ${type}`);
  return [...handles, ...(await openFiles(directory))];
}

/** The open files of this process in a directory. Empty on systems without /proc. */
async function openFiles(directory: string): Promise<string[]> {
  const descriptors = await readdir('/proc/self/fd').catch(() => []);
  const targets = await Promise.all(
    descriptors.map((descriptor) => readlink(`/proc/self/fd/${descriptor}`).catch(() => '')),
  );
  return targets.filter((target) => target.startsWith(directory)).map((target) => `open file ${target}`);
}
