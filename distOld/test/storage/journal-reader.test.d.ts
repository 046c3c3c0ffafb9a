/**
 * What is made of a journal that a crash, a bad disk or an editor left behind.
 */
export {};
