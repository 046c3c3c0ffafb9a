/**
 * Real faults, as an operating system has them: file systems of a test's own that fill up or lose power, system
 * calls that fail, limits that are reached.
 */
import type { ExecutionContext } from 'ava';
/** How to find out whether a test can have what it needs: a script each, which fails when it cannot. */
declare const PROBES: {
    readonly tmpfs: "d=$(mktemp -d); trap \"rmdir $d\" EXIT; mount -t tmpfs -o size=64k im-test $d; umount $d";
    readonly ext4: "d=$(mktemp -d); trap \"rm -rf $d\" EXIT; mkdir $d/m; truncate -s 1M $d/i; mkfs.ext4 -q -F $d/i; mount -o loop $d/i $d/m; umount $d/m";
    readonly strace: "sleep 0.2 & strace -qq -e trace=none -p $!";
    readonly prlimit: "prlimit --nofile=99:99 true";
    readonly perl: "perl -MTime::HiRes -e 1";
};
/** Tells whether a machine has what a test needs; when it has not, the test passes, and says why. */
export declare function needs(t: ExecutionContext, ...what: readonly (keyof typeof PROBES)[]): Promise<boolean>;
/** Mounts a file system of memory on a directory. */
export declare function mountMemory(t: ExecutionContext, directory: string, options: string): Promise<void>;
/** Mounts a file system once more, with other options. */
export declare function remount(directory: string, options: string): Promise<void>;
/** Takes a file system away, even if it is in use. */
export declare function unmount(directory: string): Promise<void>;
/** The time since the machine was started, in milliseconds. */
export declare function monotonicMs(): number;
/** A disk of a test's own, with ext4 on it. */
export declare class Disk {
    #private;
    /** Where it is mounted. */
    readonly directory: string;
    private constructor();
    /** Makes one, and mounts it, until the test is over. */
    static create(t: ExecutionContext, size?: string): Promise<Disk>;
    /**
     * Cuts its power: whatever was not synced is lost, and nothing can be read or written any more.
     *
     * @returns The moment, by {@link monotonicMs}. A sync that was under way may come back as if it had been done,
     *   which it cannot where there is no power for the machine either.
     */
    cutPower(): Promise<number>;
    /** Gives it power again. Nobody may be using it. */
    restorePower(): Promise<void>;
    /** Has the kernel find it damaged, and so write to it no more. */
    makeReadOnly(): Promise<void>;
}
/** Sets a limit of a running process, such as `--nofile=64`. */
export declare function limit(pid: number | undefined, option: string): Promise<void>;
/** System calls of a running process that fail. */
export interface Injected {
    /** How many failed until now. */
    count(): number;
    /** Lets them succeed again. */
    end(): Promise<void>;
}
/**
 * Has system calls of a running process fail.
 *
 * @param injections As strace has them: `fdatasync:error=EIO:when=1`. Each thread counts for itself.
 */
export declare function inject(t: ExecutionContext, pid: number | undefined, injections: readonly string[]): Promise<Injected>;
export {};
