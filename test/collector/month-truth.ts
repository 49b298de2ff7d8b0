import { createHash } from 'node:crypto';
import { crc32 } from 'node:zlib';

/**
 * What a month of a cluster used, known to the test without anything of the product. Quantities are whole numbers of
 * units that the sources can say exactly: 0.00001 of a core-hour, 2²⁴ byte-hours, bytes.
 */
export type MonthTruth = {
  cpu(namespace: string, hour: number): number;
  ram(namespace: string, hour: number): number;
  offline(namespace: string, hour: number): number;
  egress(namespace: string, hour: number): number;
  online(namespace: string, hour: number): number;
  /** How the first answers of OpenCost about it are wrong; later ones are right. */
  firstAnswer(namespace: string, hour: number): 'right' | 'null' | 'row missing' | 'too low';
};

/** Bytes of a database are below it. */
export const ONLINE_BELOW = 2_147_483_647;

/** Units of 0.00001 of a core-hour in a core-hour, and of 2²⁴ bytes in a GB. */
export const CPU_UNITS = 100_000;
export const RAM_UNIT_BYTES = 2 ** 24;

export function createMonthTruth(seed: string): MonthTruth {
  const draw = (what: string, namespace: string, hour: number, below: number): number => {
    const digest = createHash('sha256').update(`${seed} ${what} ${namespace} ${hour}`).digest();
    return digest.readUInt32BE(0) % below;
  };
  const sometimes = (what: string, most: number) => (namespace: string, hour: number) =>
    draw(`${what}?`, namespace, hour, 4) === 0 ? 0 : 1 + draw(what, namespace, hour, most);
  return {
    cpu: sometimes('cpu', 8 * CPU_UNITS),
    ram: sometimes('ram', 4_096),
    offline: sometimes('offline', 2 ** 31),
    egress: sometimes('egress', 2 ** 31),
    // As the database of the test computes it.
    online: (namespace, hour) => crc32(`${namespace} ${hour}`) % ONLINE_BELOW,
    firstAnswer(namespace, hour) {
      const drawn = draw('first', namespace, hour, 30);
      return drawn === 0 ? 'null' : drawn === 1 ? 'row missing' : drawn === 2 ? 'too low' : 'right';
    },
  };
}
