import { ByteWriter } from '@rfs/base/bytes';
import { ChecksumTypeProto, OpBlockChecksumProto, OpCopyBlockProto, OpReadBlockProto, OpReplaceBlockProto, OpRequestShortCircuitAccessProto, OpTransferBlockProto, OpWriteBlockProto, OpWriteBlockProto_BlockConstructionStage as Stage, } from '@rfs/protocol/messages';
import { Op, packetPieces, TRANSFER_VERSION, writeOp } from '@rfs/protocol/transfer';
import { join, mutate } from './mutate.js';
import { writeRandomMessage } from './random-message.js';
const CHUNK_BYTES = 512;
const MOST_PACKETS = 6;
const stages = Object.values(Stage);
const ops = Object.values(Op);
/** Conversations on a datanode's data port: a request, and packets behind those that take some. */
export class DataFrames {
    block;
    node;
    /**
     * @param block one that the datanode has
     * @param node the datanode itself, for requests that name another
     */
    constructor(block, node) {
        this.block = block;
        this.node = node;
    }
    conversation(random) {
        const request = random.below(5) === 0 ? randomRequest(random) : this.realRequest(random);
        const pieces = [random.below(3) === 0 ? mutate(random, request) : request];
        for (let left = random.below(MOST_PACKETS); left > 0; left--)
            pieces.push(packet(random));
        return { pieces, frames: pieces.length };
    }
    realRequest(random) {
        const writer = new ByteWriter();
        const isOwn = random.below(3) === 0;
        const block = isOwn
            ? { ...this.block, generationStamp: this.block.generationStamp + random.below(2) }
            : { ...this.block, blockId: this.block.blockId + 1 + random.below(1e6) };
        const baseHeader = { block };
        const header = { baseHeader, clientName: random.below(4) === 0 ? '' : 'fuzz' };
        const targets = random.below(4) === 0 ? [this.node] : [];
        switch (random.below(7)) {
            case 0:
                writeOp(writer, Op.READ_BLOCK, OpReadBlockProto, {
                    ...{
                        header,
                        offset: random.below(100_000),
                        len: random.below(3) === 0 ? random.uint32() : random.below(5000),
                    },
                    sendChecksums: random.below(4) !== 0,
                });
                break;
            case 1:
                writeOp(writer, Op.BLOCK_CHECKSUM, OpBlockChecksumProto, { header: baseHeader });
                break;
            case 2:
                writeOp(writer, Op.COPY_BLOCK, OpCopyBlockProto, { header: baseHeader });
                break;
            case 3:
                writeOp(writer, Op.REPLACE_BLOCK, OpReplaceBlockProto, {
                    ...{ header: baseHeader, delHint: this.node.id.datanodeUuid, source: this.node },
                });
                break;
            case 4:
                writeOp(writer, Op.TRANSFER_BLOCK, OpTransferBlockProto, {
                    ...{ header, targets, targetStorageTypes: targets.map(() => 1), targetStorageIds: [] },
                });
                break;
            case 5:
                writeOp(writer, Op.REQUEST_SHORT_CIRCUIT_FDS, OpRequestShortCircuitAccessProto, {
                    ...{ header: baseHeader, maxVersion: random.below(3) },
                });
                break;
            default:
                writeOp(writer, Op.WRITE_BLOCK, OpWriteBlockProto, {
                    ...{ header, targets, stage: stages[random.below(stages.length)] },
                    ...{ pipelineSize: 1, minBytesRcvd: random.below(5000), maxBytesRcvd: random.below(5000) },
                    latestGenerationStamp: block.generationStamp + random.below(3),
                    requestedChecksum: {
                        type: ChecksumTypeProto.CHECKSUM_CRC32C,
                        bytesPerChecksum: random.below(5) === 0 ? random.uint32() : CHUNK_BYTES,
                    },
                    ...{ targetStorageTypes: [], targetPinnings: [], targetStorageIds: [] },
                });
        }
        return writer.copy();
    }
}
function randomRequest(random) {
    const writer = new ByteWriter();
    writer.uint16(random.below(10) === 0 ? random.below(65_536) : TRANSFER_VERSION);
    writer.uint8(random.below(5) === 0 ? random.below(256) : ops[random.below(ops.length)]);
    const at = writer.beginDelimited();
    writeRandomMessage(writer, random);
    writer.endDelimited(at);
    return writer.copy();
}
function packet(random) {
    const chunks = random.below(4);
    const sums = random.bytes(chunks * 4);
    const data = random.bytes(Math.max(0, chunks * CHUNK_BYTES - random.below(100)));
    const whole = join(packetPieces(random.below(4) - 1, random.below(4) * CHUNK_BYTES, sums, data, random.below(5) === 0));
    return random.below(2) === 0 ? mutate(random, whole) : whole;
}
//# sourceMappingURL=data-frames.js.map