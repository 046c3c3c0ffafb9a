/**
 * The real file system.
 */
import { type Files } from './files.js';
/** The file by which a directory is locked; it says by whom. */
export declare const LOCK_FILE = "lock.txt";
/** The file system of this machine. */
export declare const DISK: Files;
