/**
 * Seals and opens the datagrams of one session: ChaCha20-Poly1305 with keys from the exporter of the TLS
 * connection that began the session.
 */

import { createCipheriv, createDecipheriv } from 'node:crypto';
import type { TLSSocket } from 'node:tls';
import {
  encodeHeader,
  MAX_COUNTER,
  nonceOf,
  type SealedDatagram,
  type SessionId,
  TAG_BYTES,
} from '../protocol/sealed-datagram.js';

/** The exporter's label. */
const LABEL = 'EXPORTER-im-dir-1';

const CIPHER = 'chacha20-poly1305';
const CIPHER_KEY_BYTES = 32;
const IV_BYTES = 12;

/**
 * The number of exported bytes: two keys, then two IVs. The first key and the first IV are for datagrams to
 * the server.
 */
export const MATERIAL_BYTES = 2 * CIPHER_KEY_BYTES + 2 * IV_BYTES;

/** The side of the session that holds a {@link DatagramSeal}. */
export type SealSide = 'client' | 'server';

/**
 * The keys and the counters of one side of a session. They exist only in private fields of this object, so
 * the session cannot go on without the object. The keys are stored as raw bytes, because a KeyObject needs
 * 0.8 KB more.
 */
export class DatagramSeal {
  readonly #material: Buffer;
  readonly #isServer: boolean;
  /** The counter of the last datagram that was sealed. */
  #sealed: number;
  /** The highest counter of a datagram that was opened. */
  #opened = 0;

  /**
   * @param material {@link MATERIAL_BYTES} bytes. {@link DatagramSeal.fromTls} exports them.
   * @param sealed How many datagrams were sealed before. Only tests pass a number other than 0.
   */
  constructor(material: Buffer, side: SealSide, sealed = 0) {
    if (material.length !== MATERIAL_BYTES) throw new RangeError(`A seal needs ${MATERIAL_BYTES} bytes.`);
    this.#material = material;
    this.#isServer = side === 'server';
    this.#sealed = sealed;
  }

  /** Makes the seal from a connection whose peer was accepted; `undefined` if the connection has ended. */
  static fromTls(socket: TLSSocket, side: SealSide): DatagramSeal | undefined {
    try {
      // The label is used without a context, which TLS allows. The types demand a context.
      const material = socket.exportKeyingMaterial(MATERIAL_BYTES, LABEL, undefined as never);
      return new DatagramSeal(material, side);
    } catch {
      return undefined;
    }
  }

  /**
   * Seals a text with the next counter. To repeat a question, the client seals the text again, and so the
   * repeated question has a new counter.
   *
   * @returns The datagram and its counter; `undefined` when the counters are used up, which ends the session.
   */
  seal(
    session: SessionId,
    text: Uint8Array,
  ): { readonly datagram: Buffer; readonly counter: number } | undefined {
    const counter = this.#sealed + 1;
    if (counter >= MAX_COUNTER) return undefined;
    this.#sealed = counter;
    const header = encodeHeader(session, counter);
    const [key, iv] = this.#keysFrom(this.#isServer);
    const cipher = createCipheriv(CIPHER, key, nonceOf(iv, counter), { authTagLength: TAG_BYTES });
    cipher.setAAD(header, { plaintextLength: text.length });
    const sealed = cipher.update(text);
    cipher.final();
    return { datagram: Buffer.concat([header, sealed, cipher.getAuthTag()]), counter };
  }

  /**
   * Opens a datagram of the other side. Stores the datagram's counter only after the seal was checked, so
   * that a forged datagram with a high counter cannot shut out genuine datagrams.
   *
   * @returns The text; `undefined` for a datagram that is forged, damaged, repeated, or older than a datagram
   *   that was opened before.
   */
  open({ counter, header, sealed }: SealedDatagram): Buffer | undefined {
    if (counter <= this.#opened || counter >= MAX_COUNTER || sealed.length < TAG_BYTES) return undefined;
    const [key, iv] = this.#keysFrom(!this.#isServer);
    const end = sealed.length - TAG_BYTES;
    const decipher = createDecipheriv(CIPHER, key, nonceOf(iv, counter), { authTagLength: TAG_BYTES });
    decipher.setAAD(header, { plaintextLength: end });
    decipher.setAuthTag(sealed.subarray(end));
    const text = decipher.update(sealed.subarray(0, end));
    try {
      decipher.final();
    } catch {
      return undefined;
    }
    this.#opened = counter;
    return text;
  }

  /** The key and the IV of one direction. */
  #keysFrom(isServer: boolean): readonly [key: Buffer, iv: Buffer] {
    const key = isServer ? CIPHER_KEY_BYTES : 0;
    const iv = 2 * CIPHER_KEY_BYTES + (isServer ? IV_BYTES : 0);
    return [this.#material.subarray(key, key + CIPHER_KEY_BYTES), this.#material.subarray(iv, iv + IV_BYTES)];
  }
}
