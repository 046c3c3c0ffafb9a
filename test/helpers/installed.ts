/**
 * The programs of the operating system that some tests need.
 */

import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import type { ExecutionContext } from 'ava';

/**
 * Whether a program is installed. If the program is missing, the test passes with a log line. In CI (`CI` is
 * set) the test fails instead, because CI must test everything.
 *
 * @param program The path of the program, or a name to look up in `PATH`.
 */
export function isInstalled(t: ExecutionContext, program: string): boolean {
  if (isThere(program)) return true;
  if (process.env['CI']) {
    t.fail(`${program} is not installed`);
  } else {
    t.log(`skipped: ${program} is not installed`);
    t.pass();
  }
  return false;
}

/** Whether a program is installed. Does not affect a test. */
export function isThere(program: string): boolean {
  const folders = program.includes('/') ? [''] : (process.env['PATH'] ?? '').split(delimiter);
  return folders.some((folder) => {
    try {
      accessSync(join(folder, program), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}
