/**
 * Runs systemd as process 1 in its own namespaces. It has the programs of this machine, but not the machine's
 * services, network and data. Needs root.
 */

import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { promisify } from 'node:util';
import type { ExecutionContext } from 'ava';
import { isInstalled } from './installed.js';

/** Time between two checks of a condition, in milliseconds. */
const POLL_MS = 50;

/** Longest wait for a condition, in milliseconds. It is shorter than the time limit of ava. */
const WAIT_MS = 90_000;

/** The maximum output of a program, in bytes. */
const MAX_OUTPUT_BYTES = 64 * 1024 * 1024;

const SYSTEMD = '/lib/systemd/systemd';

/** The folder for the service's log and for files that a test writes. */
const RUN = '/run/im-test';

/**
 * A script that runs in its own mount namespace. Arguments: the checkout, Node.js, the script {@link INSIDE}.
 * Outside this namespace, the script only makes a control group, and removes this group after systemd has
 * ended. systemd makes its own groups below this group.
 */
const OUTSIDE = `
  set -eu
  mount -t cgroup2 cgroup2 /sys/fs/cgroup
  group=/sys/fs/cgroup/im-test-$$
  mkdir $group
  (
    sh -c 'echo $$ >"$0/cgroup.procs"' $group
    echo 0 >$group/cgroup.procs
    exec unshare --fork --pid --kill-child --cgroup --uts --ipc --net --mount --mount-proc \\
      sh -c "$3" sh "$1" "$2"
  ) &
  echo $!
  wait || true
  find $group -depth -type d -exec rmdir {} +
`;

/** The targets that a service needs. They start none of this machine's services. */
const TARGETS = ['test', 'sysinit', 'basic', 'sockets', 'network', 'shutdown', 'umount', 'multi-user'];

/**
 * A script that runs as process 1 of the new namespaces, and becomes systemd. It sees the file system of this
 * machine, but can write only to memory. It has no units except the service and empty targets. The machine's
 * own units would do what they do when the machine starts, such as emptying /tmp.
 */
const INSIDE = `
  set -eu
  umount /sys/fs/cgroup
  mount -t cgroup2 cgroup2 /sys/fs/cgroup
  # The checkout may be in a home directory or in /tmp, which the service cannot see.
  mount -t tmpfs -o mode=755 tmpfs /mnt
  mkdir /mnt/buddyline /mnt/etc /mnt/dev
  mount --bind "$1" /mnt/buddyline
  mount -o remount,bind,ro /mnt/buddyline
  touch /mnt/node
  mount --bind "$2" /mnt/node
  cp -a /etc/. /mnt/etc
  for device in null zero full random urandom tty ptmx; do
    touch /mnt/dev/$device
    mount --bind /dev/$device /mnt/dev/$device
  done
  touch /mnt/dev/console
  mount --bind /dev/null /mnt/dev/console
  ln -s /proc/self/fd /mnt/dev/fd
  mkdir /mnt/dev/shm /mnt/dev/pts
  mount --bind /mnt/etc /etc
  mount --rbind /mnt/dev /dev
  for directory in /run /var /tmp /root /home /usr/local/sbin; do
    mount -t tmpfs -o mode=755 tmpfs $directory
  done
  mkdir /var/tmp
  chmod 1777 /tmp /var/tmp
  ln -s /run /var/run
  ln -s /mnt/buddyline/bin/im-server /usr/local/sbin/im-server
  ln -s /mnt/node /usr/local/sbin/node
  mount -o remount,bind,ro /
  mount -o remount,bind,ro /sys
  mount --bind /proc/sys /proc/sys
  mount -o remount,bind,ro /proc/sys
  units=/run/systemd/system
  mkdir -p $units/im-server.service.d ${RUN}
  cp /mnt/buddyline/system/im-server.* $units
  for target in ${TARGETS.join(' ')}; do
    printf '[Unit]\\nDefaultDependencies=no\\n' >$units/$target.target
  done
  printf '[Service]\\nStandardOutput=append:${RUN}/log\\nStandardError=inherit\\n' \\
    >$units/im-server.service.d/log.conf
  ip link set lo up
  export container=unshare SYSTEMD_UNIT_PATH=$units SYSTEMD_GENERATOR_PATH=/run/none
  exec ${SYSTEMD} --system --unit=test.target --log-target=null --show-status=no
`;

/** Whether systemd can run here as process 1. */
export function canBootSystemd(t: ExecutionContext): boolean {
  if (!isInstalled(t, SYSTEMD) || !isInstalled(t, 'unshare') || !isInstalled(t, 'ip')) return false;
  if (process.getuid?.() === 0) return true;
  t.log('skipped: only root may start systemd');
  t.pass();
  return false;
}

/** A running systemd. */
export class Systemd {
  readonly #pid: number;

  private constructor(pid: number) {
    this.#pid = pid;
  }

  /** Starts systemd without any service, until the test ends. */
  static async boot(t: ExecutionContext): Promise<Systemd> {
    const args = ['--mount', 'sh', '-c', OUTSIDE, 'sh', resolve('.'), process.execPath, INSIDE];
    const outside = spawn('unshare', args, { stdio: ['ignore', 'pipe', 'pipe'] });
    let problems = '';
    outside.stderr.on('data', (text) => {
      problems += text;
    });
    const exited = once(outside, 'exit');
    const [printed] = (await once(outside.stdout, 'data')) as [Buffer];
    const unshare = Number(printed.toString());
    const childOf = () => {
      const path = `/proc/${unshare}/task/${unshare}/children`;
      return existsSync(path) ? readFileSync(path, 'latin1').trim() : '';
    };
    t.teardown(async () => {
      // When process 1 ends, all processes in its namespace end.
      if (outside.exitCode === null && childOf() !== '') process.kill(Number(childOf()), 'SIGKILL');
      await exited;
    });
    const isUp = () => childOf() !== '' && existsSync(`/proc/${childOf()}/root/run/systemd/private`);
    const hasEnded = () => childOf() === '' && outside.exitCode !== null;
    await poll('the start of systemd', isUp, (up) => up || hasEnded());
    if (!isUp()) throw new Error(`systemd did not start: ${problems}`);
    const systemd = new Systemd(Number(childOf()));
    await systemd.run('systemctl', 'is-system-running', '--wait').catch(() => {});
    return systemd;
  }

  /** Runs a program beside the service, and returns its output. */
  async run(...command: readonly string[]): Promise<string> {
    const { stdout } = await promisify(execFile)('nsenter', [...this.#enter('--all'), ...command], {
      maxBuffer: MAX_OUTPUT_BYTES,
    });
    return stdout.trimEnd();
  }

  /** The arguments with which `nsenter` starts a program in namespaces of systemd. */
  #enter(...namespaces: readonly string[]): readonly string[] {
    return ['--target', String(this.#pid), ...namespaces, '--'];
  }

  /** Starts a program of this machine in the network of the service. */
  spawnInNetwork(...command: readonly string[]) {
    return spawn('nsenter', [...this.#enter('--net'), ...command], { stdio: ['pipe', 'pipe', 'inherit'] });
  }

  /** A property of the service. */
  show(property: string): Promise<string> {
    return this.run('systemctl', 'show', '--value', '--property', property, 'im-server.service');
  }

  /** Waits until a property of the service has a value. */
  until(property: string, isReached: (value: string) => boolean): Promise<string> {
    return poll(`${property} of the service`, () => this.show(property), isReached);
  }

  /** Adds lines to the unit of the service. */
  async edit(...lines: readonly string[]): Promise<void> {
    const path = `/run/systemd/system/im-server.service.d/${lines.join('').replaceAll(/\W/g, '')}.conf`;
    await this.write(path, `[Service]\n${lines.join('\n')}\n`);
    await this.run('systemctl', 'daemon-reload');
  }

  async write(path: string, text: string): Promise<void> {
    await this.run('sh', '-c', 'printf %s "$1" >"$0"', path, text);
  }

  /** What the service has written to its log. */
  log(): Promise<string> {
    return this.run('cat', `${RUN}/log`);
  }
}

/** Reads a value until the value is right. Throws after {@link WAIT_MS}. */
async function poll<TValue>(
  what: string,
  read: () => TValue | Promise<TValue>,
  isRight: (value: TValue) => boolean,
): Promise<TValue> {
  const deadline = performance.now() + WAIT_MS;
  for (;;) {
    const value = await read();
    if (isRight(value)) return value;
    if (performance.now() > deadline) throw new Error(`${what} is still ${value} after ${WAIT_MS / 1_000} s`);
    await pause(POLL_MS);
  }
}
