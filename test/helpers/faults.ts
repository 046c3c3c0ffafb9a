/**
 * Real faults of an operating system: file systems that fill up or lose power, failing system calls, and
 * reached limits.
 */

import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { ExecutionContext } from 'ava';
import { isInstalled } from './installed.js';
import { temporaryDirectory } from './programs.js';

/** Runs a shell script with arguments. The script stops at the first failing command. */
function shell(script: string, ...args: readonly string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    execFile('sh', ['-ec', script, 'sh', ...args], (error, stdout, stderr) => {
      if (error === null) resolve(stdout);
      else reject(new Error(`${script}: ${stderr.trim() || error.message}`));
    });
  });
}

/** What a test can need: a program, and a script that fails if this process may not use the program. */
const PROBES = {
  tmpfs: ['mount', 'd=$(mktemp -d); trap "rmdir $d" EXIT; mount -t tmpfs -o size=64k im-test $d; umount $d'],
  ext4: [
    'mkfs.ext4',
    `d=$(mktemp -d); trap "rm -rf $d" EXIT; mkdir $d/m; truncate -s 1M $d/i
    mkfs.ext4 -q -F $d/i; mount -o loop $d/i $d/m; umount $d/m`,
  ],
  strace: [
    'strace',
    `sleep 60 & strace -e trace=none -o /dev/null -p $! 2>&1 | {
      read -r line; kill $!; echo "$line" | tee /dev/stderr | grep -q attached; }`,
  ],
  prlimit: ['prlimit', 'prlimit --nofile=99:99 true'],
  perl: ['perl', 'perl -MTime::HiRes -e 1'],
} as const;

const probed = new Map<keyof typeof PROBES, Promise<string | undefined>>();

/** The reason why something cannot be used; `undefined` if it can be used. */
function probe(what: keyof typeof PROBES): Promise<string | undefined> {
  let reason = probed.get(what);
  if (reason === undefined) {
    reason = shell(PROBES[what][1]).then(
      () => undefined,
      (error: Error) => error.message,
    );
    probed.set(what, reason);
  }
  return reason;
}

/**
 * Whether this machine has what a test needs. If permission is missing, the test passes with a log line.
 * {@link isInstalled} handles missing programs.
 */
export async function needs(
  t: ExecutionContext,
  ...what: readonly (keyof typeof PROBES)[]
): Promise<boolean> {
  for (const each of what) {
    if (!isInstalled(t, PROBES[each][0])) return false;
    const reason = await probe(each);
    if (reason === undefined) continue;
    t.log(`skipped: ${each} cannot be used here (${reason})`);
    t.pass();
    return false;
  }
  return true;
}

/** Mounts a file system on a directory until the test ends. */
async function mount(t: ExecutionContext, directory: string, ...args: readonly string[]): Promise<void> {
  await shell('mount "$@"', ...args, directory);
  t.teardown(() => shell('umount -l "$1" 2>&- || :', directory));
}

/** Mounts a tmpfs on a directory. */
export function mountMemory(t: ExecutionContext, directory: string, options: string): Promise<void> {
  return mount(t, directory, '-t', 'tmpfs', '-o', options, 'im-test');
}

/** Remounts a file system with other options. */
export async function remount(directory: string, options: string): Promise<void> {
  await shell('mount -o "remount,$1" "$2"', options, directory);
}

/** Unmounts a file system, even if it is in use. */
export async function unmount(directory: string): Promise<void> {
  await shell('umount -l "$1"', directory);
}

/** Monotonic time, in milliseconds. */
export function monotonicMs(): number {
  return Number(process.hrtime.bigint()) / 1e6;
}

/** A test's own disk, formatted with ext4. */
export class Disk {
  /** Where the disk is mounted. */
  readonly directory: string;
  readonly #image: string;

  private constructor(directory: string, image: string) {
    this.directory = directory;
    this.#image = image;
  }

  /** Creates a disk and mounts it until the test ends. */
  static async create(t: ExecutionContext, size = '16M'): Promise<Disk> {
    const parent = await temporaryDirectory(t);
    const [directory, image] = [join(parent, 'disk'), join(parent, 'image')];
    await mkdir(directory);
    await shell('truncate -s "$1" "$2"; mkfs.ext4 -q -F "$2"', size, image);
    await mount(t, directory, '-o', 'loop,errors=remount-ro', image);
    return new Disk(directory, image);
  }

  /**
   * Cuts the disk's power: unsynced data is lost, and no more reads or writes succeed.
   *
   * @returns The time of the cut, by {@link monotonicMs}. A sync in progress at the cut may return success.
   *   In a real power failure it could not return, because the machine would be off too.
   */
  async cutPower(): Promise<number> {
    const [shutdown, withoutFlush] = [0x8004587d, 2];
    const script =
      'use Time::HiRes qw(clock_gettime CLOCK_MONOTONIC); open(D, "<", $ARGV[0]) || die "$!\\n";' +
      'my $now = clock_gettime(CLOCK_MONOTONIC); ' +
      'ioctl(D, $ARGV[1], pack("I", $ARGV[2])) || die "$!\\n"; print $now';
    const options = [this.directory, String(shutdown), String(withoutFlush)];
    return 1_000 * Number(await shell('exec perl -e "$@"', script, ...options));
  }

  /** Restores the disk's power. The disk must not be in use. */
  async restorePower(): Promise<void> {
    await shell('umount "$1"; mount -o loop "$2" "$1"', this.directory, this.#image);
  }

  /** Makes the kernel detect an error on the disk, so that it becomes read-only. */
  async makeReadOnly(): Promise<void> {
    const script = 'd=$(findmnt -no SOURCE "$1"); echo 1 > "/sys/fs/ext4/$(basename "$d")/trigger_fs_error"';
    await shell(script, this.directory);
  }
}

/** Sets a limit of a running process, such as `--nofile=64`. */
export async function limit(pid: number | undefined, option: string): Promise<void> {
  await shell('prlimit --pid "$1" "$2"', String(pid), option);
}

/** Injected failures of a running process's system calls. */
export interface Injected {
  /** Number of failures so far. */
  count(): number;
  /** Ends the injection. */
  end(): Promise<void>;
  /** Ends the injection without waiting. {@link end} first waits for a call that strace delays. */
  endNow(): Promise<void>;
}

/**
 * Makes system calls of a running process fail.
 *
 * @param injections In strace's format: `fdatasync:error=EIO:when=1`. Each thread counts its own calls.
 */
export async function inject(
  t: ExecutionContext,
  pid: number | undefined,
  injections: readonly string[],
): Promise<Injected> {
  const calls = injections.map((injection) => injection.split(':', 1)[0]).join(',');
  const options = injections.flatMap((injection) => ['-e', `inject=${injection}`]);
  const tracer = spawn('strace', ['-f', '-e', `trace=${calls}`, ...options, '-p', String(pid)]);
  const exited = once(tracer, 'close');
  let output = '';
  tracer.stderr.on('data', (chunk) => {
    output += chunk;
  });
  const endBy = async (signal: NodeJS.Signals) => {
    tracer.kill(signal);
    await exited;
  };
  const end = () => endBy('SIGINT');
  t.teardown(end);
  while (!/attached with \d+ threads/.test(output)) {
    const [code] = await Promise.race([once(tracer.stderr, 'data'), exited]);
    if (typeof code === 'number') throw new Error(`strace ended with ${code}: ${output}`);
  }
  return { count: () => output.split('(INJECTED)').length - 1, end, endNow: () => endBy('SIGKILL') };
}
