/**
 * The reference store: everything in memory, gone with the process. It says what a store must do
 * without saying how to keep it.
 */
import { type Store } from './store.js';
/** Opens a new, empty store. */
export declare function openMemoryStore(): Store;
