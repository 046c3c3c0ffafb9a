/**
 * What operators do with a data directory: check, export, import.
 */
import type { Command } from 'commander';
/** Adds the commands to the server's. */
export declare function addDataCommands(command: Command): void;
