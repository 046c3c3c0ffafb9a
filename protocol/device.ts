/**
 * Devices: machines that may speak as an identity. The certificate of a device has a serial (the number of
 * the device) and a floor (the lowest serial that is not revoked). A new device with a higher floor revokes
 * all devices whose serials are below that floor.
 */

import type { IdentityKey } from './key.js';

/** A device, as proven by an accepted certificate chain. */
export interface Device {
  readonly identity: IdentityKey;
  /** A safe integer, at least {@link floor}. Each new device of an identity gets a higher serial. */
  readonly serial: number;
  /** Devices of this identity with a lower serial are revoked. */
  readonly floor: number;
}

/** The part of a {@link Device} that its certificate's common name holds. */
export type DeviceName = Pick<Device, 'serial' | 'floor'>;

const NAME = /^(0|[1-9]\d{0,15}) (0|[1-9]\d{0,15})$/;

/** Encodes the common name of a device's certificate. */
export function encodeDeviceName({ serial, floor }: DeviceName): string {
  return `${serial} ${floor}`;
}

/** Parses the common name of a device's certificate: `<serial> <floor>`, two safe decimal integers. */
export function parseDeviceName(text: string | undefined): DeviceName | undefined {
  const [, first, second] = NAME.exec(text ?? '') ?? [];
  if (first === undefined || second === undefined) return undefined;
  const serial = Number(first);
  const floor = Number(second);
  return Number.isSafeInteger(serial) && floor <= serial ? { serial, floor } : undefined;
}
