import protobuf from 'protobufjs';
import { nameOf } from './model.js';

/** How a field's values look in TypeScript and on the wire. */
export interface FieldKind {
  readonly type: string;
  readonly wireType: 0 | 1 | 2 | 5;
  /** The expression that reads one value. */
  readonly read: string;
  /** The statement that writes one value, given its expression. */
  readonly write: (value: string) => string;
}

interface Scalar {
  readonly type: string;
  readonly wireType: 0 | 1 | 2 | 5;
  readonly read: string;
  readonly write: string;
}

const scalars: Record<string, Scalar> = {
  uint32: { type: 'number', wireType: 0, read: 'r.varint32()', write: 'varint32' },
  int32: { type: 'number', wireType: 0, read: 'r.varint32() | 0', write: 'varint32' },
  sint32: { type: 'number', wireType: 0, read: 'r.zigzag32()', write: 'zigzag32' },
  uint64: { type: 'number', wireType: 0, read: 'r.varint64()', write: 'varint64' },
  int64: { type: 'number', wireType: 0, read: 'r.varint64Signed()', write: 'varint64' },
  sint64: { type: 'number', wireType: 0, read: 'r.zigzag64()', write: 'zigzag64' },
  fixed32: { type: 'number', wireType: 5, read: 'r.fixed32()', write: 'fixed32' },
  sfixed32: { type: 'number', wireType: 5, read: 'r.fixed32() | 0', write: 'fixed32' },
  fixed64: { type: 'number', wireType: 1, read: 'r.fixed64()', write: 'fixed64' },
  sfixed64: { type: 'number', wireType: 1, read: 'r.fixed64Signed()', write: 'fixed64' },
  double: { type: 'number', wireType: 1, read: 'r.double()', write: 'double' },
  string: { type: 'string', wireType: 2, read: 'r.utf8(r.varint32())', write: 'string' },
  bytes: { type: 'Uint8Array', wireType: 2, read: 'r.bytesCopy(r.varint32())', write: 'delimited' },
};

const ids: Record<string, Scalar> = {
  uint64: { type: 'number', wireType: 0, read: 'r.varintId()', write: 'varintId' },
  int64: { type: 'number', wireType: 0, read: 'r.varintId()', write: 'varintId' },
  sint64: { type: 'number', wireType: 0, read: 'r.zigzagId()', write: 'zigzagId' },
};

const exact: Record<string, Scalar> = {
  uint64: { type: 'bigint', wireType: 0, read: 'r.varintExact()', write: 'varintExact' },
  int64: { type: 'bigint', wireType: 0, read: 'BigInt.asIntN(64, r.varintExact())', write: 'varintExact' },
};

const views: Record<string, Scalar> = {
  bytes: { type: 'Uint8Array', wireType: 2, read: 'r.bytes(r.varint32())', write: 'delimited' },
};

/** How a field's value is held: options.proto says what the marks mean. */
function scalarsFor(field: protobuf.Field): Record<string, Scalar> {
  if (field.options?.['(rfs_id)'] === true) return ids;
  if (field.options?.['(rfs_view)'] === true) return views;
  return field.options?.['(rfs_exact)'] === true ? exact : scalars;
}

export function kindOf(field: protobuf.Field): FieldKind {
  const target = field.resolvedType;
  if (target instanceof protobuf.Enum) {
    const name = nameOf(target);
    return { type: name, wireType: 0, read: `r.varint32() as ${name}`, write: (value) => `w.varint32(${value});` };
  }
  if (target instanceof protobuf.Type) {
    const name = nameOf(target);
    return {
      type: name,
      wireType: 2,
      read: `decode${name}(r, r.delimitedEnd())`,
      write: (value) => `at = w.beginDelimited();\n    encode${name}(w, ${value});\n    w.endDelimited(at);`,
    };
  }
  if (field.type === 'bool') {
    return {
      type: 'boolean',
      wireType: 0,
      read: 'r.varint32() !== 0',
      write: (value) => `w.varint32(${value} ? 1 : 0);`,
    };
  }
  const scalar = scalarsFor(field)[field.type];
  if (!scalar) throw new Error(`${field.fullName}: type ${field.type} is not supported`);
  return {
    type: scalar.type,
    wireType: scalar.wireType,
    read: scalar.read,
    write: (value) => `w.${scalar.write}(${value});`,
  };
}
