import { isFailure } from '@rfs/base/failure';
import { Caller, CommandKind, getFileInfo, InodeFlag, InodeKind } from '@rfs/namenode/namespace';
import { GroupView } from '@rfs/namenode/replication';
import { Router } from '@rfs/namenode/service';
import { answerOf, clientIdOf, encodeChange } from './commands.js';
import { statusText } from './model.js';
import { SimPassage } from './passage.js';
const READER = new Caller('sim', ['supergroup'], true);
const LIMITS = { observerWaitMs: 100, heldCallMs: 5000, maxWaiting: 1000 };
const METHODS = {
    [CommandKind.MKDIRS]: 'mkdirs',
    [CommandKind.CREATE]: 'create',
    [CommandKind.COMPLETE]: 'complete',
    [CommandKind.RENAME]: 'rename',
    [CommandKind.DELETE]: 'delete',
    [CommandKind.SET_PERMISSION]: 'setPermission',
    [CommandKind.SET_TIMES]: 'setTimes',
};
/** Refusals after which a client tries another namenode. */
const ELSEWHERE = ['StandbyException', 'ObserverRetryOnActiveException', 'RetriableException'];
const text = new TextEncoder();
const bytes = new TextDecoder();
/** A namenode's services: the product's router decides who carries a call out, and what does so here is simple. */
export class SimServer {
    passage;
    world;
    member;
    process;
    replicator;
    machine;
    router;
    constructor(world, member, process, replicator, machine) {
        this.world = world;
        this.member = member;
        this.process = process;
        this.replicator = replicator;
        this.machine = machine;
        this.passage = new SimPassage(world, member, process);
        this.router = new Router({
            group: new GroupView(replicator),
            passage: this.passage,
            clock: process,
            state: machine,
            serve: (_method, request, context, sink) => this.serve(request, context, sink),
            starting: () => false,
            limits: LIMITS,
        });
    }
    /** A client's call arrives. */
    handle(call) {
        const arrived = this.world.sabotage.stateIdOnArrival === true ? this.machine.appliedIndex : undefined;
        const reply = (answer, stateId) => this.world.reply(this.member, call.client, { attempt: call.attempt, answer, stateId: arrived ?? stateId });
        const sink = new Answer(this.machine, (answer, stateId) => {
            if (!isFailure(answer))
                reply(bytes.decode(answer), stateId);
            else
                reply(ELSEWHERE.includes(answer.code) ? undefined : answerOf(answer), stateId);
        });
        this.router.admit(methodOf(call.wish), call.wish, contextOf(call), sink);
    }
    /** Another namenode passes a call on. */
    passedOn({ method, request, context }, done) {
        this.router.admit(method, request, context, new Answer(this.machine, done), true);
    }
    /** More is applied here: reads that waited for it go on. */
    applied() {
        this.router.applied();
    }
    serve(wish, context, sink) {
        if (wish.type === 'change')
            this.change(wish.command, context, sink);
        else
            sink.reply(wish.type === 'sync' ? 'true' : this.read(wish.path));
    }
    change(command, { clientId, callId }, sink) {
        const known = this.machine.repeated(clientId, callId, command.kind);
        if (known !== undefined) {
            answer(sink, known);
            return;
        }
        this.replicator.propose(encodeChange(command, clientId[0], callId, this.process.nowMs()), {
            applied: (result) => answer(sink, result),
            refused: (refusal) => sink.fail(refusal),
        });
    }
    read(path) {
        const found = getFileInfo(this.machine.tree, READER, path);
        if (found === undefined || isFailure(found))
            return 'absent';
        const open = (found.flags & InodeFlag.UNDER_CONSTRUCTION) !== 0;
        return statusText(found.kind === InodeKind.DIRECTORY, found.id, found.mode, found.mtimeMs, open);
    }
}
/** Takes an answer as a door does: the bytes of its message, and the state id, this replica's own unless it is given. */
class Answer {
    machine;
    done;
    constructor(machine, done) {
        this.machine = machine;
        this.done = done;
    }
    reply(response, stateId) {
        this.done(text.encode(response), stateId ?? this.machine.appliedIndex);
    }
    replyBytes(response, stateId) {
        this.done(response, stateId);
    }
    fail(refusal, stateId) {
        this.done(refusal, stateId ?? this.machine.appliedIndex);
    }
}
function answer(sink, result) {
    if (isFailure(result))
        sink.fail(result);
    else
        sink.reply(answerOf(result));
}
function methodOf(wish) {
    if (wish.type === 'change')
        return METHODS[wish.command.kind];
    return wish.type === 'read' ? 'getFileInfo' : 'msync';
}
function contextOf({ client, callId, attempt, stateId }) {
    return {
        user: READER.user,
        realUser: undefined,
        clientId: clientIdOf(client),
        callId,
        retryCount: attempt,
        clientAddress: `10.0.1.${client}`,
        callerContext: undefined,
        stateId,
    };
}
//# sourceMappingURL=server.js.map