/**
 * Temporary directories for programs that must not outlive this process, even if it ends by SIGKILL.
 */

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ExecutionContext } from 'ava';

/** Registers what to do at the end of a test, or of all tests of a file. */
export type Teardown = Pick<ExecutionContext, 'teardown'>;

/** A teardown for a program that is not a test, or for things that several tests share. */
export class Teardowns implements Teardown {
  readonly #ends: Parameters<Teardown['teardown']>[0][] = [];

  teardown(end: Parameters<Teardown['teardown']>[0]): void {
    this.#ends.push(end);
  }

  /** Does what was registered, in reverse order. */
  async run(): Promise<void> {
    for (const end of this.#ends.splice(0).reverse()) await end();
  }
}

/**
 * A shell script. When its standard input ends, it kills all processes whose working directory is the given
 * directory or inside it, and then removes that directory. The script is needed because a frozen process does
 * not notice the end of its parent.
 *
 * A killed PostgreSQL leaves a segment of shared memory. Line 7 of its `postmaster.pid` has the segment's id.
 */
const GUARD = `cat
while
  found=
  for process in /proc/[0-9]*; do
    case $(readlink "$process/cwd") in
      "$1"|"$1"/*) kill -KILL "\${process#/proc/}" && found=1 ;;
    esac
  done
  [ "$found" ]
do :; done
for file in "$1"/*/postmaster.pid; do
  [ ! -e "$file" ] || ipcrm -m "$(sed -n '7s/.* //p' "$file")"
done
rm -rf "$1"`;

/**
 * Makes a temporary directory. At the end of the test, or of this process, all processes that work in the
 * directory are killed, and the directory is removed.
 */
export async function guardedDirectory(t: Teardown, prefix: string): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), prefix));
  // The guard has its own process group, so it survives when the process group of the tests is killed.
  const guard = spawn('sh', ['-c', GUARD, 'guard', directory], {
    cwd: '/',
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  t.teardown(async () => {
    guard.stdin.end();
    await once(guard, 'exit');
  });
  return directory;
}
