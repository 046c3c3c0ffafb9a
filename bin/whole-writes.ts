/**
 * Loading this file has standard output write all of what it is given, where it is a file.
 *
 * Node.js writes to a file once, and reports success although a disk that is nearly full took only a part:
 * the rest would be lost without an error. Where more is written, the system says why it does not fit.
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
