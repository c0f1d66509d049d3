import { randomBytes } from 'node:crypto';

/** A UUID version 7 (RFC 9562): ordered by time to the millisecond, random otherwise, of 16 random bytes that serve nothing else. */
export function uuidv7(at: Date, random = randomBytes(16)): string {
  const bytes = Buffer.from(random);
  bytes.writeUIntBE(at.getTime(), 0, 6);
  bytes.writeUInt8((bytes.readUInt8(6) & 0x0f) | 0x70, 6);
  bytes.writeUInt8((bytes.readUInt8(8) & 0x3f) | 0x80, 8);
  const hex = bytes.toString('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}
