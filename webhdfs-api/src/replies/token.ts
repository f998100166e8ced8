import { ByteWriter } from '@rfs/base/bytes';
import type { TokenProto } from '@rfs/protocol/messages';

/** Token.encodeToUrlString: identifier, password, kind and service, each behind its length, in base64 for URLs. */
export function tokenUrlString({ identifier, password, kind, service }: TokenProto): string {
  const writer = new ByteWriter(64);
  for (const part of [identifier, password, Buffer.from(kind, 'utf8'), Buffer.from(service, 'utf8')]) {
    writeVariableInt(writer, part.length);
    writer.bytes(part);
  }
  return Buffer.from(writer.copy()).toString('base64url');
}

/** WritableUtils.writeVInt of a number that is not negative: one byte up to 127, else a count and the bytes. */
function writeVariableInt(writer: ByteWriter, value: number): void {
  if (value <= 127) {
    writer.uint8(value);
    return;
  }
  const bytes = value > 0xffffff ? 4 : value > 0xffff ? 3 : value > 0xff ? 2 : 1;
  // -113 stands for one byte, -114 for two ..., as a signed byte.
  writer.uint8(256 - 112 - bytes);
  for (let shift = (bytes - 1) * 8; shift >= 0; shift -= 8) writer.uint8((value >>> shift) & 0xff);
}
