/**
 * Importing this module ensures that each write to standard output either completes or fails, if standard
 * output is a file.
 *
 * Node.js makes only one system call for a write to a file, and reports success even if a nearly full disk
 * took only a part. The rest would be lost without an error. This module writes the rest with a second system
 * call, so that the kernel reports the error.
 */

import { fstatSync } from 'node:fs';
import { writeFully } from '../user-files/private-file.js';

/** The descriptor of standard output. */
const STDOUT = 1;

if (fstatSync(STDOUT).isFile()) {
  process.stdout._write = (chunk: Buffer, _encoding, done) => {
    try {
      writeFully(STDOUT, chunk);
    } catch (error) {
      return done(error as Error);
    }
    done();
  };
}
