/** What may be wrong with bytes: each returns new ones. */
const WRONGS = [flip, overwrite, cut, insert, repeat, length];
/** The bytes with one to three things wrong in them. */
export function mutate(random, bytes) {
    let mutated = bytes;
    for (let left = 1 + random.below(3); left > 0 && mutated.length > 0; left--) {
        mutated = WRONGS[random.below(WRONGS.length)](random, mutated);
    }
    return mutated;
}
/** Pieces one behind the other. */
export function join(pieces) {
    const joined = Buffer.allocUnsafe(pieces.reduce((sum, piece) => sum + piece.length, 0));
    let at = 0;
    for (const piece of pieces) {
        joined.set(piece, at);
        at += piece.length;
    }
    return joined;
}
function flip(random, bytes) {
    const flipped = Buffer.from(bytes);
    for (let left = 1 + random.below(4); left > 0; left--) {
        const at = random.below(flipped.length);
        flipped[at] = flipped[at] ^ (1 << random.below(8));
    }
    return flipped;
}
/** A run of bytes that means much in few places: zeros, all ones, varints without end. */
function overwrite(random, bytes) {
    const filled = Buffer.from(bytes);
    const start = random.below(filled.length);
    const fill = [0x00, 0xff, 0x80, 0x7f][random.below(4)];
    return filled.fill(fill, start, Math.min(filled.length, start + 1 + random.below(12)));
}
function cut(random, bytes) {
    return bytes.subarray(0, random.below(bytes.length + 1));
}
function insert(random, bytes) {
    const at = random.below(bytes.length + 1);
    return join([bytes.subarray(0, at), random.bytes(1 + random.below(16)), bytes.subarray(at)]);
}
function repeat(random, bytes) {
    const start = random.below(bytes.length);
    const end = Math.min(bytes.length, start + 1 + random.below(64));
    return join([bytes.subarray(0, end), bytes.subarray(start)]);
}
/** Four bytes that may be taken for a length, or for a part of a number. */
function length(random, bytes) {
    if (bytes.length < 4)
        return bytes;
    const changed = Buffer.from(bytes);
    const values = [0, 1, 0x7fffffff, 0x80000000, 0xffffffff, 1 << 20, bytes.length, random.uint32()];
    changed.writeUInt32BE(values[random.below(values.length)], random.below(bytes.length - 3));
    return changed;
}
//# sourceMappingURL=mutate.js.map