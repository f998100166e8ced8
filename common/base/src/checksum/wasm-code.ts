/** Instructions of WebAssembly as bytes (WebAssembly 2.0, chapter 5), as many as checksums need. */
export type Code = readonly number[];

const I32 = 0x7f;
const V128 = 0x7b;
const SECTION = { type: 1, function: 3, memory: 5, export: 7, code: 10 } as const;

/** An unsigned number in LEB128. */
function unsigned(value: number): Code {
  return value < 0x80 ? [value] : [(value & 0x7f) | 0x80, ...unsigned(value >>> 7)];
}

function signed(value: number): Code {
  const rest = value >> 6;
  return rest === 0 || rest === -1 ? [value & 0x7f] : [(value & 0x7f) | 0x80, ...signed(value >> 7)];
}

export const get = (local: number): Code => [0x20, ...unsigned(local)];
export const set = (local: number): Code => [0x21, ...unsigned(local)];

export const i32 = {
  const: (value: number): Code => [0x41, ...signed(value)],
  add: [0x6a],
  subtract: [0x6b],
  multiply: [0x6c],
} as const;

/** Sixteen bytes at once. */
export const v128 = {
  load: [0xfd, 0x00, 0, 0],
  store: (offset: number): Code => [0xfd, 0x0b, 0, ...unsigned(offset)],
  const: (bytes: readonly number[]): Code => [0xfd, 0x0c, ...bytes],
  splat: (byte: number): Code => v128.const(Array<number>(16).fill(byte)),
  /** Each byte of the second operand says which byte of the first one stands there. */
  lookup: [0xfd, 0x0e],
  and: [0xfd, 0x4e],
  xor: [0xfd, 0x51],
  /** Shifts pairs of bytes to the right. */
  shiftPairs: [0xfd, 0x8d, 0x01],
  /** Pieces of `width` bytes by turns from the lower or upper halves of two operands. */
  interleave: (half: 'lower' | 'upper', width: number): Code => {
    const count = 8 / width;
    const first = half === 'lower' ? 0 : count;
    const piece = (at: number): number[] => Array.from({ length: width }, (_, byte) => at * width + byte);
    const pairs = Array.from({ length: count }, (_, i) => [...piece(first + i), ...piece(2 * count + first + i)]);
    return [0xfd, 0x0d, ...pairs.flat()];
  },
} as const;

/** Repeats `body` while the i32 local `count`, which it counts down, is not 0; at least once. */
export function repeat(count: number, step: number, body: Code): Code {
  return [
    0x03,
    0x40,
    ...body,
    ...get(count),
    ...i32.const(step),
    ...i32.subtract,
    0x22,
    ...unsigned(count),
    0x0d,
    0,
    0x0b,
  ];
}

/** Numbers the locals of a function, its parameters first. */
export class Locals {
  private readonly types: number[] = [];
  private readonly parameters: number;

  constructor(parameters: number) {
    this.parameters = parameters;
  }

  i32(): number {
    return this.add(I32);
  }

  v128(): number {
    return this.add(V128);
  }

  /** The declarations that a function's body begins with. */
  get declared(): Code {
    return [...unsigned(this.types.length), ...this.types.flatMap((type) => [1, type])];
  }

  private add(type: number): number {
    return this.parameters + this.types.push(type) - 1;
  }
}

/** A module of one function `run`, of i32 parameters and no result, and one page of `memory` (64 KiB). */
export function moduleOf(parameters: number, locals: Locals, body: Code): Uint8Array<ArrayBuffer> {
  const section = (id: number, content: Code): Code => [id, ...unsigned(content.length), ...content];
  const name = (text: string): Code => [text.length, ...Array.from(text, (letter) => letter.charCodeAt(0))];
  const code = [...locals.declared, ...body, 0x0b];
  return Uint8Array.from([
    ...[0, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
    ...section(SECTION.type, [1, 0x60, parameters, ...Array<number>(parameters).fill(I32), 0]),
    ...section(SECTION.function, [1, 0]),
    ...section(SECTION.memory, [1, 0, 1]),
    ...section(SECTION.export, [2, ...name('memory'), 2, 0, ...name('run'), 0, 0]),
    ...section(SECTION.code, [1, ...unsigned(code.length), ...code]),
  ]);
}
