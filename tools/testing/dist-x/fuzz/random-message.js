const DEEPEST = 5;
const MOST_FIELDS = 8;
/** Writes a message that nobody declared: its fields often have the numbers and kinds of real ones. */
export function writeRandomMessage(writer, random, depth = 0) {
    for (let left = random.below(MOST_FIELDS); left > 0; left--) {
        const field = random.below(20) === 0 ? random.uint32() >>> random.below(29) : 1 + random.below(12);
        const kind = [0, 0, 2, 2, 2, 1, 5, 3, 4, 6][random.below(10)];
        writer.varint32(((field << 3) | kind) >>> 0);
        if (kind === 0)
            writeVarint(writer, random);
        else if (kind === 1)
            writer.bytes(random.bytes(8));
        else if (kind === 5)
            writer.bytes(random.bytes(4));
        else if (kind === 2)
            writeDelimited(writer, random, depth);
    }
}
function writeVarint(writer, random) {
    switch (random.below(5)) {
        case 0:
            writer.varint32(random.below(4));
            return;
        case 1:
            writer.varint32(random.uint32());
            return;
        case 2:
            writer.varint64(-1 - random.below(1000));
            return;
        case 3:
            writer.varintExact((BigInt(random.uint32()) << 32n) | BigInt(random.uint32()));
            return;
        default:
            // One byte more than any number has, or without an end.
            writer.bytes(new Uint8Array(9 + random.below(3)).fill(0x80 | random.below(128)));
    }
}
function writeDelimited(writer, random, depth) {
    const at = writer.beginDelimited();
    const kind = random.below(4);
    if (kind === 0)
        writer.utf8(['/', '/fuzz', '/fuzz/a/../b', '//', '', 'x'.repeat(300), 'ü'][random.below(7)]);
    else if (kind === 1)
        writer.bytes(random.bytes(random.below(40)));
    else if (depth < DEEPEST)
        writeRandomMessage(writer, random, depth + 1);
    writer.endDelimited(at);
}
//# sourceMappingURL=random-message.js.map